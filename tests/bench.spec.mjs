// `chalkgrad.bench`: what it returns, that it learns, and that the devices agree.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { benchRequest } from "./support/network.mjs";
import { needsAdapter, stage } from "./support/stage.mjs";

const fields = ["adapter", "device", "first_loss", "images_per_second", "last_loss", "losses", "steps", "workers"];

describe("bench in a browser without WebGPU", () => {
  const { open } = stage();

  test("returns every field, and the loss falls", async (t) => {
    const { lab } = await open(t);
    const result = await lab.bench(benchRequest({ seconds: 3 }));
    assert.deepEqual(Object.keys(result).sort(), fields);
    assert.equal(result.device, "cpu");
    assert.equal(result.workers, 1);
    assert.ok(result.images_per_second > 20, `${result.images_per_second} images a second`);
    // Ten classes of noise: an untrained network guesses, with a loss near ln 10.
    assert.ok(Math.abs(result.first_loss - Math.log(10)) < 0.5, `first loss ${result.first_loss}`);
    assert.ok(result.last_loss < result.first_loss, JSON.stringify(result));
  });

  test("gives the same losses twice, because only the seed decides", async (t) => {
    const { lab } = await open(t);
    const request = benchRequest({ steps: 8, seconds: 60, seed: 3 });
    const [first, second] = [await lab.bench(request), await lab.bench(request)];
    assert.equal(first.first_loss, second.first_loss);
    assert.equal(first.last_loss, second.last_loss);
    assert.equal(first.steps, 8);
  });

  test("shares a batch among workers that give the losses of one, and tells of more than there can be", async (t) => {
    const { lab } = await open(t);
    const request = benchRequest({ batch: 12, steps: 12, seconds: 60 });
    const alone = await lab.bench(request);
    const shared = await lab.bench({ ...request, workers: 3 });
    assert.equal(shared.workers, 3);
    assert.ok(Math.abs(shared.first_loss - alone.first_loss) < 1e-5, `${shared.first_loss} and ${alone.first_loss}`);
    assert.ok(Math.abs(shared.last_loss - alone.last_loss) < 1e-4, `${shared.last_loss} and ${alone.last_loss}`);
    await assert.rejects(lab.bench({ ...request, workers: 0 }), /1 to 12 workers/);
    await assert.rejects(lab.bench({ ...request, workers: 13 }), /not 13/);
    await assert.rejects(lab.bench({ ...request, batch: 500, workers: 400 }), /at most 64/);
  });

  test("refuses a device that is not there, with the reason, and does not fall back", async (t) => {
    const { lab } = await open(t);
    await assert.rejects(lab.bench(benchRequest({ device: "webgpu", seconds: 1 })), /WebGPU/i);
    const after = await lab.bench(benchRequest({ steps: 4, seconds: 1 }));
    assert.equal(after.device, "cpu");
  });

  test("refuses a network that is broken or does not fit, in a sentence", async (t) => {
    const { lab } = await open(t);
    const broken = ["nn.Sequential(nn.Conv2d(3, 16", "", "nn.Sequential(nn.Linear(5, 10))", "nn.Teapot(3)"];
    for (const network of broken) {
      await assert.rejects(lab.bench(benchRequest({ network, seconds: 1 })), /[a-z]{3}.*\./is, network);
    }
    await assert.rejects(lab.bench(benchRequest({ batch: 0, seconds: 1 })), /batch/i);
    await assert.rejects(lab.bench(benchRequest({ batch: 4_000_000_000, seconds: 1 })), /[a-z]{3}/i);
    assert.ok((await lab.bench(benchRequest({ steps: 4, seconds: 1 }))).first_loss > 0);
  });
});

describe("bench in a browser with WebGPU", () => {
  const { open } = stage({ webgpu: true });

  test("trains on WebGPU, and CPU and WebGPU tell the same losses", async (t) => {
    const { lab, page } = await open(t);
    if (!(await needsAdapter(t, page))) return;
    // A software adapter is slow; twelve steps show the agreement.
    const request = benchRequest({ batch: 8, steps: 12, seconds: 60 });
    const gpu = await lab.bench({ ...request, device: "webgpu" });
    const cpu = await lab.bench({ ...request, device: "cpu" });
    assert.equal(gpu.device, "webgpu");
    assert.ok(gpu.images_per_second > 0);
    assert.ok(Math.abs(gpu.first_loss - cpu.first_loss) < 1e-3, `${gpu.first_loss} and ${cpu.first_loss}`);
    assert.ok(Math.abs(gpu.last_loss - cpu.last_loss) < 1e-3, `${gpu.last_loss} and ${cpu.last_loss}`);
  });
});
