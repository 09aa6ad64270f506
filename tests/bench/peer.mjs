// In the page that hosts a peer: one training at a time, and the clock around it.
//
// A library's file exports `start(problem, device)`, which resolves to `{ step, settled, loss }`:
//   step()     takes a step on the problem's pictures, uploaded anew;
//   settled()  a promise of the device having done what was asked so far, where that comes later than `step` returns;
//   loss()     the loss that the last step began from, read back.

import { problem } from "./networks.mjs";

/** As Chalkgrad does it: a GPU has work waiting, but never so much that it piles up. */
const inFlight = 3;
const warmUp = { steps: 3, examples: 64, milliseconds: 5000 };

let training;

/** Builds the network and warms up: what is compiled at its first use is compiled then. */
async function open({ library, device, network, batch }) {
  const { start } = await import(`./${library}.mjs`);
  training = { ...(await start(problem(network, batch), device)), batch, steps: 0 };
  const steps = Math.max(warmUp.steps, warmUp.examples / batch);
  const started = performance.now();
  while (training.steps < steps && performance.now() - started < warmUp.milliseconds) {
    training.step();
    training.steps += 1;
    const loss = await training.loss();
    training.firstLoss ??= loss;
  }
}

/**
 * Trains on for so many seconds, at least a step; the clock stops when the last loss is read back. Answers in the fields of
 * Chalkgrad's `bench`; `steps` are all so far.
 */
async function round(seconds) {
  const waiting = [];
  const started = performance.now();
  let steps = 0;
  do {
    training.step();
    steps += 1;
    waiting.push(training.settled?.());
    if (waiting.length >= inFlight) await waiting.shift();
  } while (performance.now() - started < 1000 * seconds);
  const lastLoss = await training.loss();
  const milliseconds = performance.now() - started;
  training.steps += steps;
  return {
    images_per_second: (1000 * steps * training.batch) / milliseconds,
    steps: training.steps,
    first_loss: training.firstLoss,
    last_loss: lastLoss,
  };
}

globalThis.peer = { open, round };
