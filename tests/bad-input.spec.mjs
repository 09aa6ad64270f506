// What goes wrong: each gives a sentence, keeps what was learned, and leaves a page that works.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { crashGpu, keepWorkers } from "./support/hooks.mjs";
import { Lab, until } from "./support/lab.mjs";
import { needsAdapter, stage } from "./support/stage.mjs";
import { standInData } from "./support/stand-in-data.mjs";

/**
 * The page works on: it takes steps after whatever happened, and stands when it is told to. What happened may stop the run a
 * moment after it was said, before a step or after some, so that the button is another one than it was when it was looked for.
 */
async function worksOn(lab) {
  const trains = async () => (await lab.state()).status === "training";
  const press = async (name) => (await lab.button(name).isVisible()) && lab.button(name).click({ timeout: 1000 }).catch(() => {});
  await lab.forget();
  await until("the page takes steps", async () => {
    if (!(await trains())) await press("Train");
    return (await lab.events("progressed"))[0];
  });
  await until("the page stands", async () => {
    if (await trains()) await press("Pause");
    return !(await trains());
  });
}

describe("a person types nonsense", () => {
  const { open } = stage();

  for (const [what, network, sentence] of [
    ["a bracket is missing", "nn.Sequential(nn.Conv2d(3, 16", /`\(` is never closed/],
    ["a layer does not exist", "nn.Sequential(nn.Teapot(3))", /Teapot/],
    ["a layer does not fit", "nn.Sequential(nn.Flatten(), nn.Linear(321, 10))", /321|3072/],
    ["the text is empty", "", /[a-z]/i],
  ]) {
    test(`in the network: ${what}`, async (t) => {
      const { lab } = await open(t);
      await lab.step();
      await lab.untilEvent("stepped");
      await lab.setNetwork(network);
      await lab.apply();
      assert.match(await lab.frame.locator(".editor").getByRole("status").innerText(), sentence);
      // The run that stood there still stands where it was.
      assert.equal((await lab.state()).step, 1);
      await worksOn(lab);
      await lab.setNetwork("nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))");
      await lab.apply();
      assert.equal((await lab.state()).refusal, null);
      await worksOn(lab);
    });
  }

  test("in the batch size: far too large", async (t) => {
    const { lab } = await open(t);
    await assert.rejects(lab.configure({ batch_size: 4_000_000_000 }), /batch/i);
    await worksOn(lab);
  });

  test("in the batch size: nothing at all", async (t) => {
    const { lab } = await open(t);
    await assert.rejects(lab.configure({ batch_size: 0 }), /batch/i);
    await worksOn(lab);
  });

  test("in a command: what does not exist", async (t) => {
    const { lab } = await open(t);
    await assert.rejects(lab.send({ type: "make_coffee" }), /make_coffee/);
    await worksOn(lab);
  });

  test("in a link: what is no settings", async (t) => {
    const { lab } = await open(t, { route: "#/cifar10?settings=%7Bnonsense" });
    await worksOn(lab);
  });

  test("in the learning rate: so large that the loss is no number", async (t) => {
    const { lab } = await open(t);
    await lab.configure({
      optimizer: { kind: "sgd", learning_rate: 1e30 },
      schedule: { kind: "constant" },
    });
    await lab.train();
    const stopped = await lab.untilEvent("stopped");
    assert.equal(stopped.reason, "not_a_number");
    await lab.says(/stopped being a number/);
    await lab.configure({ optimizer: { kind: "sgd", learning_rate: 0.01 } });
    await worksOn(lab);
    assert.equal((await lab.state()).stopped, null);
  });
});

describe("the data come badly", () => {
  const { open, prepare } = stage();
  const files = standInData();

  /** The lab on the stand-in, most of whose shards come as `kind` says. */
  async function openWithFaults(t, kind) {
    const { page, server } = await prepare(t, { server: { files } });
    server.fault(/train-0[2-9]/, kind);
    const lab = await Lab.open(page, server.url);
    return { lab, server };
  }

  for (const [kind, what] of [
    ["corrupt", "is damaged"],
    ["truncate", "is cut off"],
    ["missing", "is not there"],
  ]) {
    test(`a shard ${what}`, async (t) => {
      const { lab, server } = await openWithFaults(t, kind);
      await lab.train();
      await lab.says(/train-0\d/);
      server.heal();
      await worksOn(lab);
    });
  }

  test("a shard that never comes right is not asked for without end", async (t) => {
    const { lab, server } = await openWithFaults(t, "missing");
    await lab.train();
    await lab.says(/train-0\d/);
    const before = server.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 5000));
    assert.ok(server.requests.length - before < 30, `${server.requests.length - before} requests in five seconds`);
  });

  test("a shard never arrives", async (t) => {
    const { lab, server } = await openWithFaults(t, "hang");
    await lab.train();
    await lab.says(/wait|arrive|load/i);
    await server.abandon();
    await worksOn(lab);
  });

  test("the manifest is nonsense", async (t) => {
    const { lab } = await open(t, { server: { files: new Map([["data/cifar10/manifest.json", Buffer.from("<html>")]]) } });
    await lab.says(/manifest/i);
    await worksOn(lab);
  });
});

describe("the worker dies", () => {
  const { open } = stage();

  test("and the page starts another, from what was learned", async (t) => {
    const { lab, page } = await open(t, { init: [keepWorkers] });
    await lab.train();
    await lab.untilNumber("Examples seen", (examples) => examples > 2000);
    await lab.pause();
    await lab.untilEvent("snapshot_taken");
    await lab.forget();
    await page.evaluate(() => globalThis.keptWorkers.at(-1).terminate());
    // The page cannot see a termination; it notices when nobody answers.
    await lab.button("Train").click();
    const configured = await lab.untilEvent("configured");
    assert.ok(configured.step > 0, JSON.stringify(configured));
    await worksOn(lab);
  });
});

describe("the GPU goes away", () => {
  const { open } = stage({ webgpu: true });

  test("and the page says so and goes on from what was learned", async (t) => {
    const { lab, page } = await open(t);
    if (!(await needsAdapter(t, page))) return;
    await lab.configure({ device: "webgpu", batch_size: 8 });
    await lab.train();
    await until("a snapshot is taken", async () => (await lab.events("snapshot_taken")).some(({ step }) => step > 0));
    await lab.forget();
    await crashGpu(page);
    await lab.says(/device was lost/);
    const configured = await lab.untilEvent("configured");
    assert.ok(configured.step > 0, JSON.stringify(configured));
    await until("it trains again", async () => (await lab.state()).status === "training");
    await worksOn(lab);
  });
});

describe("there is no GPU", () => {
  const { open } = stage();

  test("and a run that asks for one by name is refused with the reason", async (t) => {
    const { lab } = await open(t);
    await assert.rejects(lab.configure({ device: "webgpu" }), /WebGPU/i);
    await worksOn(lab);
  });
});
