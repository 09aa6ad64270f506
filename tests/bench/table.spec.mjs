// The bench's arithmetic: what is printed follows from what was measured.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { channelsLast, countParameters, networks, trainingFlop } from "./networks.mjs";
import { readOptions } from "./options.mjs";
import { floor, median, print, ratio, summarise } from "./table.mjs";

const row = (name, speeds, losses = [2.3, 1.5]) => ({
  name,
  ours: name === "ours",
  rounds: speeds.map((images_per_second) => ({
    images_per_second,
    steps: 9,
    first_loss: losses[0],
    last_loss: losses[1],
  })),
});

describe("the bench's table", () => {
  test("a median stands in the middle, and between two where there is no middle", () => {
    assert.equal(median([30, 1, 2]), 2);
    assert.equal(median([1, 4, 2, 100]), 3);
  });

  test("a ratio is taken round by round, so that a slow moment of the machine slows both", () => {
    assert.equal(ratio(row("ours", [100, 50, 90]), row("theirs", [10, 5, 10])), 10);
    assert.equal(ratio(row("ours", [100, 50, 90]), row("slow", [5])), 20);
  });

  test("a floor is operations over the rate, and on a GPU dispatches too", () => {
    assert.equal(floor({ flop: 1e6, batch: 10, rate: 1e9 }), 1000);
    assert.equal(floor({ flop: 1e6, batch: 10, rate: 1e9, threads: 2 }), 2000);
    assert.equal(floor({ flop: 1e6, batch: 10, rate: 1e9, dispatches: 100, dispatchSeconds: 1e-4 }), 500);
  });

  test("a row has its median, its spread, its share and every ratio; an absent one only its reason", () => {
    const ours = [row("ours", [400, 600, 500]), { name: "our GPU", ours: true, absent: "There is none." }];
    const mine = summarise(ours[0], ours, { floor: 1000 });
    assert.deepEqual([mine.images_per_second, mine.least, mine.most, mine.share], [500, 400, 600, 0.5]);
    assert.deepEqual(summarise(row("theirs", [40, 60, 25]), ours, {}).ratios, { ours: 10 });
    assert.equal(summarise(ours[1], ours, {}), ours[1]);
  });

  test("who did not learn is told, and who is absent says why", () => {
    const ours = [row("ours", [500])];
    const rows = [...ours, row("stuck", [5], [2.3, 2.4]), { name: "missing", absent: "It needs a GPU." }];
    const text = print({
      title: "a network",
      batch: 4,
      parameters: 1234,
      flop: 2e6,
      rates: { wasm: { mul_add: 3e10, relaxed_madd: 5e10 } },
      rows: rows.map((one) => summarise(one, ours, one.ours ? { floor: 1000 } : {})),
    });
    assert.match(text, /1,234 parameters, 2\.0 MFLOP a picture\n.* 50 GFLOP\/s/);
    assert.match(text, /A ours +500 +500–500 +1,000 +50% +2\.300 → 1\.500\n/);
    assert.match(text, /stuck +5\.00 .* 2\.300 → 2\.400 ! +100×\n/);
    assert.match(text, /missing: absent\. It needs a GPU\./);
    assert.match(text, /stuck: its loss has not fallen after 9 steps/);
  });
});

describe("the bench's networks", () => {
  test("have as many parameters as PyTorch counts", () => {
    const counts = Object.values(networks).map(countParameters);
    assert.deepEqual(counts, [22_466, 101_770, 304_154]);
  });

  test("cost two operations a multiply-add, three times over, but for the gradient of the picture", () => {
    assert.equal(trainingFlop(networks.mlp), 2 * (2 * 784 * 128 + 3 * 128 * 10));
    const { input } = networks.convnetjs;
    const strided = { kind: "conv", inputs: 3, outputs: 8, kernel: 3, stride: 2, padding: 1, bias: false };
    assert.equal(trainingFlop({ input, layers: [strided] }), 2 * 2 * (3 * 8 * 9) * (16 * 16));
  });

  test("are moved to channels last without losing a number", () => {
    const values = Float32Array.from({ length: 12 }, (_, index) => index);
    const moved = channelsLast({ shape: [2, 3, 2, 1], values });
    assert.deepEqual(moved.shape, [2, 2, 1, 3]);
    assert.deepEqual([...moved.values], [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]);
  });
});

describe("the bench's options", () => {
  test("narrow networks, batches, libraries and devices", () => {
    const { cases, wants } = readOptions(["--networks=mlp", "--batches=8,16", "--only=tfjs", "--without=webgpu"]);
    assert.deepEqual(cases, [
      { network: "mlp", batch: 8 },
      { network: "mlp", batch: 16 },
    ]);
    assert.ok(wants({ library: "chalkgrad", device: "cpu" }));
    assert.ok(wants({ library: "tfjs", device: "cpu" }));
    assert.ok(!wants({ library: "tfjs", device: "webgpu" }));
    assert.ok(!wants({ library: "jax-js", device: "cpu" }));
  });

  test("bring Burn only where it is named", () => {
    const burn = { library: "burn", device: "cpu" };
    assert.ok(!readOptions([]).wants(burn));
    assert.ok(readOptions(["--only=pytorch,burn"]).wants(burn));
  });

  test("are refused with what there is", () => {
    assert.throws(() => readOptions(["--without=torch"]), /there is no torch; there are .*pytorch/);
    assert.throws(() => readOptions(["--rounds=1.5"]), /whole numbers above 0, not 1\.5/);
    assert.throws(() => readOptions(["--seconds=soon"]), /above 0, not soon/);
  });
});
