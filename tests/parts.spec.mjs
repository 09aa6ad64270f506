// The page and its engines come in parts: who does not need one does not load it, and one that does not arrive is said.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Lab, until } from "./support/lab.mjs";
import { strictPolicy } from "./support/server.mjs";
import { needsAdapter, stage } from "./support/stage.mjs";
import { standInData } from "./support/stand-in-data.mjs";

const files = standInData();
const isGpu = (path) => /split_gpu/.test(path);

async function trains(lab) {
  await lab.forget();
  await lab.train();
  await until("training moves", async () => (await lab.events("progressed")).at(1));
  await lab.pause();
}

describe("without WebGPU", () => {
  const { open, prepare } = stage();

  test("no code for it is loaded, and none of the labs that are not shown", async (t) => {
    const { lab, server, complaints } = await open(t, { server: { files } });
    await assert.rejects(lab.configure({ device: "webgpu" }), /offers no WebGPU here/);
    await lab.configure({ device: "auto", workers: 2 });
    await trains(lab);
    const isElse = (path) => isGpu(path) || /split_(sketch|gallery|home|formats|explanations)/.test(path);
    assert.deepEqual(server.requests.filter(isElse), []);
    assert.deepEqual(complaints, []);
  });

  test("the engine loads what writes files and what explains when somebody asks, and again where it did not arrive", async (t) => {
    const { lab, server } = await open(t, { server: { files } });
    const loads = (part) => server.requests.filter((path) => path.includes(`split_${part}-engine`)).length;
    await lab.configure({ device: "cpu", workers: 1, batch_size: 4 });
    for (const [part, command] of [["formats", { type: "export" }], ["explanations", { type: "explain", row: 0, element: 0 }]]) {
      server.fault(new RegExp(`split_${part}`), "missing");
      await assert.rejects(lab.send(command), /did not arrive; ask again/);
      server.heal();
      const before = loads(part);
      assert.ok((await lab.send(command)).type);
      assert.ok((await lab.send(command)).type);
      assert.equal(loads(part), before + 1, part);
    }
    await trains(lab);
  });

  test("a part of the page that does not arrive is said", async (t) => {
    const { page, server } = await prepare(t, { server: { files } });
    server.fault(/split_sketch/, "missing");
    await page.goto(`${server.url}#/sketch`);
    await page.getByText("A part of the page did not arrive.").waitFor();
  });
});

describe("with WebGPU", () => {
  const { open, prepare } = stage({ webgpu: true });

  test("its code is loaded once, under a strict policy, below a path, whichever device comes first", async (t) => {
    const headers = { "Content-Security-Policy": strictPolicy };
    const { lab, page, server, complaints } = await open(t, { server: { prefix: "/a/b/", headers, files } });
    if (!(await needsAdapter(t, page))) return;
    for (const settings of [{ device: "webgpu", workers: 1 }, { device: "cpu", workers: 2 }, { device: "webgpu", workers: 1 }]) {
      await lab.configure({ batch_size: 4, ...settings });
      assert.equal((await lab.state()).device, settings.device);
      await trains(lab);
    }
    assert.equal(server.requests.filter(isGpu).length, 1);
    assert.deepEqual(complaints, []);
  });

  test("where its code does not arrive, the CPU trains, and it is asked for again", async (t) => {
    const { page, server } = await prepare(t, { server: { files } });
    server.fault(/split_gpu/, "missing");
    const lab = await Lab.open(page, server.url);
    if (!(await needsAdapter(t, page))) return;
    assert.equal((await lab.state()).device, "cpu");
    await assert.rejects(lab.configure({ device: "webgpu" }), /did not arrive/);
    await trains(lab);
    server.heal();
    await lab.configure({ device: "webgpu", batch_size: 4 });
    assert.equal((await lab.state()).device, "webgpu");
    await trains(lab);
  });

  test("the engine without relaxed SIMD has a part of its own", async (t) => {
    const init = [() => (WebAssembly.validate = () => false)];
    const { page, server } = await prepare(t, { server: { files }, init });
    const lab = await Lab.open(page, server.url);
    if (!(await needsAdapter(t, page))) return;
    await lab.configure({ device: "webgpu", batch_size: 4 });
    await trains(lab);
    assert.equal(server.requests.filter((path) => /split_gpu-engine-/.test(path)).length, 1);
  });
});
