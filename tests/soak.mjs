// Ten minutes of training: worker memory and the number of GPU buffers must stay flat.
//
//     node tests/soak.mjs [MINUTES] [cpu|webgpu]      on dist/, which `cargo xtask dist` builds
//
// Prints a sample every ten seconds; fails when the last minute uses more than the second.

import { launch } from "./support/browser.mjs";
import { countInWorker, hookedEngines } from "./support/hooks.mjs";
import { Lab } from "./support/lab.mjs";
import { serve } from "./support/server.mjs";

const minutes = Number(process.argv[2] ?? 10);
const device = process.argv[3] ?? "cpu";
const secondsBetween = 10;
/** Curves and snapshots settle for a while. */
const slack = 1.1;

/** Bytes of JavaScript heap in the page that something still holds. */
async function heapOf(page, session) {
  await session.send("HeapProfiler.collectGarbage");
  return page.evaluate(() => globalThis.performance.memory?.usedJSHeapSize ?? 0);
}

async function main() {
  const server = await serve({ prepend: hookedEngines });
  const browser = await launch({ webgpu: device === "webgpu" });
  const page = await browser.newPage();
  const lab = await Lab.open(page, server.url);
  await lab.configure({ device, schedule: { kind: "constant" } });
  await lab.train();
  await lab.untilEvent("progressed");
  await lab.untilDataLoaded();

  const session = await page.context().newCDPSession(page);
  const samples = [];
  for (let second = 0; second <= 60 * minutes; second += secondsBetween) {
    const { buffers, wasmBytes } = await countInWorker(page);
    const { step } = (await lab.lastProgress()) ?? {};
    samples.push({ second, step, buffers, wasmBytes, pageBytes: await heapOf(page, session) });
    console.log(JSON.stringify(samples.at(-1)));
    await page.waitForTimeout(1000 * secondsBetween);
  }
  await browser.close();
  await server.close();
  judge(samples);
}

/** Compares the end with the time after everything has been built and warmed up. */
function judge(samples) {
  const perMinute = 60 / secondsBetween;
  const early = samples.slice(1, 1 + perMinute);
  const late = samples.slice(-perMinute);
  const most = (part, name) => Math.max(...part.map((sample) => sample[name]));
  const grown = ["buffers", "wasmBytes", "pageBytes"].filter((name) => most(late, name) > slack * most(early, name));
  for (const name of grown) console.error(`${name} grew from ${most(early, name)} to ${most(late, name)}`);
  console.log(grown.length ? "not flat" : "flat");
  process.exitCode = grown.length ? 1 : 0;
}

await main();
