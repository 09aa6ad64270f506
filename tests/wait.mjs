// A new visitor's wait: from the click on a link, with nothing cached, until the network that the lab opens with is right about 70%
// of the whole test set of CIFAR-10; and on the way, until the first step.
//
//     node tests/wait.mjs [SEEDS] [WORKERS]      on dist/, with data/, for the seeds 1 to SEEDS; prints each run and the median
//
// Nothing of the test set chooses anything: the schedule ends the training, and then the test set is measured once.

import { launch } from "./support/browser.mjs";
import { Lab, until } from "./support/lab.mjs";
import { serve } from "./support/server.mjs";

const [seeds = 3, workers] = process.argv.slice(2).map(Number);
const wanted = 0.7;

async function visit(server, seed) {
  const browser = await launch();
  const page = await browser.newPage();
  const query = ["autostart=on", `seed=${seed}`, ...(workers ? [`workers=${workers}`] : [])].join("&");
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  await page.goto(`${server.url}#/cifar10?${query}`);
  const lab = new Lab(page);
  await lab.isReady();
  await until("the first step", () => lab.lastProgress(), 60_000);
  const firstStep = seconds();
  await until("the end of the schedule", async () => (await lab.events("stopped"))[0], 600_000);
  const trained = seconds();
  const { accuracy, examples, step } = await lab.send({ type: "evaluate", split: "test" });
  await browser.close();
  return { seed, first_step: firstStep, trained, waited: seconds(), accuracy, examples, step };
}

const server = await serve();
const visits = [];
for (let seed = 1; seed <= seeds; seed += 1) {
  visits.push(await visit(server, seed));
  console.log(JSON.stringify(visits.at(-1)));
}
await server.close();
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const [waited, accuracy] = ["waited", "accuracy"].map((name) => median(visits.map((visit) => visit[name])));
console.log(`median: ${waited.toFixed(0)} s, ${(100 * accuracy).toFixed(2)}% of the test set`);
process.exitCode = accuracy >= wanted ? 0 : 1;
