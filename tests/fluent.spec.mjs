// The page stays fluent while it trains, and training leaves nothing behind.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { countInWorker, hookedEngines, watchLongTasks } from "./support/hooks.mjs";
import { needsAdapter, stage } from "./support/stage.mjs";
import { standInData } from "./support/stand-in-data.mjs";

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** The first of three attempts that satisfies, so that a neighbour's work on the machine is not taken for ours. */
async function bestOfThree(t, measure, isRight) {
  for (let attempt = 1; ; attempt += 1) {
    const result = await measure();
    if (isRight(result) || attempt === 3) return result;
    t.diagnostic(`attempt ${attempt}: ${JSON.stringify(result)}`);
  }
}

describe("while it trains", () => {
  const { open } = stage();

  test("the main thread has no task over 50 ms", async (t) => {
    const { lab, page } = await open(t, { init: [watchLongTasks] });
    await lab.train();
    await lab.untilEvent("progressed");
    await pause(2);
    const measure = async () => {
      // Opening the page and building the first run are not training.
      await page.evaluate(() => globalThis.longTasks.splice(0));
      await pause(6);
      return page.evaluate(() => globalThis.longTasks);
    };
    assert.deepEqual(await bestOfThree(t, measure, (tasks) => tasks.length === 0), []);
  });

  test("numbers arrive at least ten times a second", async (t) => {
    const { lab } = await open(t);
    // Small steps, so that the machine's speed does not set the beat.
    await lab.configure({ batch_size: 16, schedule: { kind: "constant" } });
    await lab.train();
    await lab.untilEvent("progressed");
    await pause(2);
    const measure = async () => {
      await lab.forget();
      await pause(4);
      return (await lab.events("progressed")).length / 4;
    };
    const rate = await bestOfThree(t, measure, (rate) => rate >= 10);
    assert.ok(rate >= 10, `${rate} a second`);
  });

  test("the Train button reaches 85% of the speed of bench", async (t) => {
    const { lab } = await open(t);
    const { network } = (await lab.state()).settings;
    await lab.configure({ schedule: { kind: "constant" } });
    const measure = async () => {
      const bench = await lab.bench({ network, device: "cpu", batch: 64, seconds: 3 });
      await lab.train();
      await lab.untilEvent("progressed");
      await pause(6);
      const trained = (await lab.events("progressed")).at(-1).images_per_second;
      await lab.pause();
      await lab.forget();
      return { trained, bench: bench.images_per_second };
    };
    const { trained, bench } = await bestOfThree(t, measure, ({ trained, bench }) => trained >= 0.85 * bench);
    t.diagnostic(`Train ${trained.toFixed(0)} images a second, bench ${bench.toFixed(0)}`);
    assert.ok(trained >= 0.85 * bench, `${trained.toFixed(0)} of ${bench.toFixed(0)}`);
  });
});

describe("with every panel open", () => {
  const { open } = stage();
  const drawings = { predictions: "predicted", filters: "filters_drawn", inside: "inside_drawn", own: "own_guessed", augmented: "augmented_drawn", costs: "costed" };

  test("one worker keeps 90% of its speed, each panel is new every second, and the page draws as fast as the screen", async (t) => {
    const { lab, page } = await open(t);
    await lab.configure({ workers: 1, schedule: { kind: "constant" } });
    await page.evaluate(() => chalkgrad.send({ type: "bring" }, [new Uint8Array(3 * 32 * 32).fill(128).buffer]));
    await lab.train();
    await lab.untilEvent("progressed");
    await lab.untilDataLoaded();
    const measured = async (panels, seconds) => {
      await lab.send({ type: "watch", panels, picture: 0 });
      await pause(1.5);
      await lab.forget();
      const before = await page.evaluate(() => performance.now());
      const first = await lab.untilEvent("progressed");
      await pause(seconds);
      const last = await lab.lastProgress();
      const elapsed = ((await page.evaluate(() => performance.now())) - before) / 1000;
      const counts = await Promise.all(Object.values(drawings).map(async (event) => (await lab.events(event)).length));
      return { images: (last.examples - first.examples) / elapsed, rates: counts.map((count) => count / elapsed) };
    };
    const measure = async () => {
      const shares = [];
      let rates;
      // Closed and open in turn, so that a slow moment meets both.
      for (let round = 0; round < 3; round += 1) {
        const closed = await measured([], 3);
        const open = await measured(Object.keys(drawings), 3);
        shares.push(open.images / closed.images);
        rates = rates ? rates.map((rate, at) => Math.min(rate, open.rates[at])) : open.rates;
      }
      const frames = await page.evaluate(() => new Promise((resolve) => {
        const began = performance.now();
        let count = 0;
        const frame = (now) => (now - began > 2_000 ? resolve(count / 2) : (count += 1, requestAnimationFrame(frame)));
        requestAnimationFrame(frame);
      }));
      return { share: shares.sort((a, b) => a - b)[1], slowest: Math.min(...rates), rates, frames };
    };
    const isRight = ({ share, slowest, frames }) => share >= 0.9 && slowest >= 1 && frames >= 50;
    const result = await bestOfThree(t, measure, isRight);
    t.diagnostic(JSON.stringify(result));
    assert.ok(isRight(result), JSON.stringify(result));
  });
});

describe("twenty seconds of training", () => {
  const { open } = stage({ webgpu: true });
  const files = standInData();

  for (const device of ["cpu", "webgpu"]) {
    test(`leave memory and buffers as they were, on ${device}`, async (t) => {
      const { lab, page } = await open(t, { server: { prepend: hookedEngines, files } });
      if (device === "webgpu" && !(await needsAdapter(t, page))) return;
      await lab.configure({ device, schedule: { kind: "constant" } });
      await lab.train();
      await lab.untilEvent("progressed");
      await lab.untilDataLoaded();
      // By then everything that is looked at now and then has been looked at once, and its programs are there.
      await lab.untilEvent("costed");
      await lab.untilEvent("snapshot_taken");
      await pause(5);
      const before = await countInWorker(page);
      await pause(15);
      const after = await countInWorker(page);
      assert.ok((await lab.lastProgress()).step > 10, "it trained meanwhile");
      // Readbacks under way hold a buffer each.
      assert.ok(after.buffers <= before.buffers + 4, JSON.stringify({ before, after }));
      assert.ok(after.wasmBytes <= before.wasmBytes + 2_000_000, JSON.stringify({ before, after }));
    });
  }
});
