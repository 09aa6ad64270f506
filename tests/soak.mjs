// Ten minutes of training: worker memory and the number of GPU buffers must stay flat, and the page's own heap bounded.
//
//     node tests/soak.mjs [MINUTES] [cpu|webgpu]      on dist/, which `cargo xtask dist` builds
//
// Prints a sample every ten seconds; fails when the worker's last minute uses more than its second, or the page's last
// quarter of the time more than its second quarter: the page keeps snapshots to rewind to, a row that fills for four minutes
// and is thinned by half from then on.

import { launch } from "./support/browser.mjs";
import { countInWorker, hookedEngines } from "./support/hooks.mjs";
import { Lab } from "./support/lab.mjs";
import { serve } from "./support/server.mjs";

const minutes = Number(process.argv[2] ?? 10);
const device = process.argv[3] ?? "cpu";
const secondsBetween = 10;
/** A sample may come at any moment between two collections. */
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
  const quarter = Math.floor(samples.length / 4);
  const stretches = {
    buffers: [samples.slice(1, 1 + perMinute), samples.slice(-perMinute)],
    wasmBytes: [samples.slice(1, 1 + perMinute), samples.slice(-perMinute)],
    pageBytes: [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)],
  };
  const grown = Object.entries(stretches).filter(([name, stretch]) => {
    const [early, late] = stretch.map((part) => Math.max(...part.map((sample) => sample[name])));
    console.log(`${name}: at most ${early}, at the end at most ${late}`);
    return late > slack * early;
  });
  console.log(grown.length ? `not flat: ${grown.map(([name]) => name).join(", ")}` : "flat");
  process.exitCode = grown.length ? 1 : 0;
}

await main();
