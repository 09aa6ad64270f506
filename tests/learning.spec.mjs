// The network learns as well in a browser as it must: ConvNetJS's own settings on the real pictures.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hasData } from "./support/server.mjs";
import { stage } from "./support/stage.mjs";

/** ConvNetJS's CIFAR-10 page: batch 4, Adadelta, its decay rule and its initialisation. */
const convnetjs = {
  device: "cpu",
  batch_size: 4,
  optimizer: {
    kind: "adadelta",
    learning_rate: 1,
    rho: 0.95,
    epsilon: 1e-8,
    weight_decay: 2.5e-5,
    decay_biases: false,
  },
  schedule: { kind: "constant" },
  augmentation: { flip: true, shift: 2 },
  initialization: "convnetjs",
  seed: 1,
};

describe("30,000 training pictures of CIFAR-10", { skip: !hasData && "no data/: run `chalkgrad data`" }, () => {
  const { open } = stage();

  test("bring the ConvNetJS network to 45% of the 10,000 test pictures", async (t) => {
    const { lab } = await open(t);
    await lab.configure(convnetjs);
    await lab.send({ type: "step", steps: 30_000 / convnetjs.batch_size });
    await lab.untilEvent("stepped", 600_000);
    await lab.forget();
    await lab.send({ type: "evaluate", split: "test" });
    const { accuracy, examples } = await lab.untilEvent("evaluated", 120_000);
    assert.equal(examples, 10_000);
    t.diagnostic(`${(100 * accuracy).toFixed(2)}% of ${examples}`);
    assert.ok(accuracy >= 0.45, `${(100 * accuracy).toFixed(2)}%`);
  });
});
