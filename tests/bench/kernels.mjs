// Chalkgrad's kernels beside what each device can do at most: in the page on CPU and WebGPU, and natively.
//
//     cargo xtask bench kernels [--json FILE]    builds the site and measures it
//     node tests/bench/kernels.mjs [...]         measures dist/ as it is

import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { Lab } from "../support/lab.mjs";
import { executable } from "./chalkgrad.mjs";
import { openHost } from "./host.mjs";
import { lineOf, runToEnd } from "./process.mjs";

const giga = (operations) => (operations / 1e9).toPrecision(3);
const percent = (part, whole) => `${Math.round((100 * part) / whole)}%`;

/** What every place measured, under its name; a place that could not says why. */
async function measure() {
  const host = await openHost();
  const inPage = async (device) => {
    const lab = await Lab.open(await host.page(), host.url("site"));
    const report = await lab.send({ type: "measure", device, kernels: true });
    await lab.frame.close();
    return report;
  };
  const native = async (device) => JSON.parse(lineOf(await runToEnd(await executable(), ["kernels", "--json", "--device", device])));
  const places = {
    "page, CPU": () => inPage("cpu"),
    "page, WebGPU": () => inPage("webgpu"),
    "native, CPU": () => native("cpu"),
    "native, GPU": () => native("gpu"),
  };
  const reports = {};
  for (const [place, run] of Object.entries(places)) reports[place] = await run().catch(({ message }) => ({ absent: message }));
  await host.close();
  return reports;
}

function print(place, { absent, adapter, peak, kernels }) {
  if (absent) return `${place}: absent. ${absent}`;
  const lines = kernels.map(({ name, shape, operations_per_second: speed }) =>
    [name.padEnd(22), shape.padEnd(34), giga(speed).padStart(6), percent(speed, peak).padStart(5)].join(" "),
  );
  return [`${place} (${adapter}): ${giga(peak)} GFLOP/s by multiplying and adding in registers`, ...lines].join("\n");
}

try {
  const { values } = parseArgs({ options: { json: { type: "string" } } });
  const reports = await measure();
  if (values.json) await writeFile(values.json, `${JSON.stringify(reports, null, 1)}\n`);
  console.log(`${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model}; GFLOP/s, and the share of the peak\n`);
  console.log(Object.entries(reports).map(([place, report]) => print(place, report)).join("\n\n"));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
}
