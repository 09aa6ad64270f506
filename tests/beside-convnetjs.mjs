// Training speed beside ConvNetJS 0.3.0: the same network, batch and optimiser, in one run of one browser, turn by turn.
//
//     node tests/beside-convnetjs.mjs            measures dist/, which `cargo xtask dist` builds
//
// Fails unless the median ratio is at least 8. `--json` prints the numbers for a program.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { launch } from "./support/browser.mjs";
import { Lab } from "./support/lab.mjs";
import { benchRequest, convnetjsLayers } from "./support/network.mjs";
import { serve } from "./support/server.mjs";

const leastRatio = 8;
const rounds = 3;
const seconds = 5;

/** Runs in the page. Trains on fixed pictures, uniform in −0.5..0.5, labels 7 i mod 10, as `bench` does. */
function trainConvnetjs({ layers, batch, seconds }) {
  const { convnetjs } = globalThis;
  const network = new convnetjs.Net();
  network.makeLayers(layers);
  const trainer = new convnetjs.SGDTrainer(network, { learning_rate: 0.01, momentum: 0.9, batch_size: batch });
  const pictures = Array.from({ length: batch }, () => {
    const picture = new convnetjs.Vol(32, 32, 3, 0);
    for (let index = 0; index < picture.w.length; index += 1) picture.w[index] = Math.random() - 0.5;
    return picture;
  });
  const step = () => pictures.forEach((picture, index) => trainer.train(picture, (7 * index) % 10));
  // As ours, it warms up for three steps, or for as many as make 64 pictures.
  for (let warm = 0; warm < Math.max(3, 64 / batch); warm += 1) step();
  const started = performance.now();
  let steps = 0;
  while (performance.now() - started < 1000 * seconds) {
    step();
    steps += 1;
  }
  return (1000 * steps * batch) / (performance.now() - started);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function main() {
  const server = await serve();
  const browser = await launch();
  const theirs = await browser.newPage();
  const script = createRequire(import.meta.url).resolve("convnetjs/build/convnet-min.js");
  await theirs.addScriptTag({ content: await readFile(script, "utf8") });
  const ours = await Lab.open(await browser.newPage(), server.url);

  const results = [];
  for (const batch of [4, 64]) {
    const pairs = [];
    for (let round = 0; round < rounds; round += 1) {
      const chalkgrad = await ours.bench(benchRequest({ batch, seconds }));
      const convnetjs = await theirs.evaluate(trainConvnetjs, { layers: convnetjsLayers, batch, seconds });
      pairs.push({ chalkgrad: chalkgrad.images_per_second, convnetjs });
    }
    const ratio = median(pairs.map((pair) => pair.chalkgrad / pair.convnetjs));
    results.push({
      batch,
      chalkgrad: median(pairs.map((pair) => pair.chalkgrad)),
      convnetjs: median(pairs.map((pair) => pair.convnetjs)),
      ratio,
    });
  }
  await browser.close();
  await server.close();
  report(results);
  process.exitCode = results.every(({ ratio }) => ratio >= leastRatio) ? 0 : 1;
}

function report(results) {
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify(results));
    return;
  }
  console.log("images trained a second, one worker on the CPU, median of", rounds, "rounds of", seconds, "s each");
  for (const { batch, chalkgrad, convnetjs, ratio } of results) {
    console.log(
      `batch ${String(batch).padStart(3)}: Chalkgrad ${chalkgrad.toFixed(0).padStart(6)}, ` +
        `ConvNetJS ${convnetjs.toFixed(1).padStart(6)}, ratio ${ratio.toFixed(1)} (wanted: ${leastRatio})`,
    );
  }
}

await main();
