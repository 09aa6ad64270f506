// Training speed beside the other libraries: the same step, in one run of one browser, turn by turn.
//
//     node tests/bench/main.mjs --help
//
// Measures dist/, which `cargo xtask bench` builds first. Fails where Chalkgrad, with one worker on the CPU, is not as many
// times as fast as ConvNetJS as it promises.

import { writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { executable as burn } from "./burn.mjs";
import { countDispatches, executable as native } from "./chalkgrad.mjs";
import { Entrant, say } from "./entrant.mjs";
import { openHost } from "./host.mjs";
import { countParameters, networks, trainingFlop } from "./networks.mjs";
import { help, readOptions } from "./options.mjs";
import { allRows } from "./rows.mjs";
import { floor, print, summarise, wasmRate } from "./table.mjs";

/** The promise: at these batches of the ConvNetJS network. */
const promise = { network: "convnetjs", batches: [4, 64], ours: "Chalkgrad, CPU, 1 worker", leastRatio: 8 };

/** Rates of the machine now, measured in a page. */
async function measureRates(host) {
  const page = await host.page();
  await page.goto(`${host.url("peers")}bench/peer.html`);
  const rates = await page.evaluate(async () => {
    const { wasmRates, webgpuRates } = await import("./rates.mjs");
    return { wasm: await wasmRates(), webgpu: await webgpuRates() };
  });
  await page.close();
  return rates;
}

async function measureCase(host, rows, settings, { seconds, rounds }) {
  const network = networks[settings.network];
  say(`\n${network.title}, batch ${settings.batch}`);
  const rates = await measureRates(host);
  const entrants = rows.map((row) => new Entrant(row));
  for (const entrant of entrants) await entrant.open(host, settings);
  for (let round = 1; round <= rounds; round += 1) {
    say(` round ${round} of ${rounds}`);
    for (const entrant of entrants) await entrant.round(seconds);
  }
  for (const entrant of entrants) await entrant.close();

  const results = entrants.map((entrant) => entrant.result());
  const ours = results.filter((row) => row.ours);
  const summaries = [];
  for (const [index, result] of results.entries())
    summaries.push(summarise(result, ours, await bound(host, rows[index], result, settings, rates)));
  return {
    network: settings.network,
    title: network.title,
    batch: settings.batch,
    parameters: countParameters(network),
    flop: trainingFlop(network),
    rates,
    rows: summaries,
  };
}

/** The floor of one of our rows in the page, if it is there, and how many dispatches it counts. */
async function bound(host, { library, device, threads }, { absent }, settings, rates) {
  if (library !== "chalkgrad" || device === "dawn" || absent) return {};
  const work = { flop: trainingFlop(networks[settings.network]), batch: settings.batch };
  if (threads) return { floor: floor({ ...work, rate: wasmRate(rates.wasm), threads }) };
  const dispatches = await countDispatches(host, settings);
  const { multiply_add: rate, dispatch_seconds: dispatchSeconds } = rates.webgpu;
  return { dispatches, floor: floor({ ...work, rate, dispatches, dispatchSeconds }) };
}

/** Whether the promise is kept, in a sentence for each batch that was to be measured. */
function judge(cases) {
  const promised = cases.filter(({ network, batch }) => network === promise.network && promise.batches.includes(batch));
  return promised.flatMap(({ batch, rows }) => {
    const ours = rows.find(({ name }) => name === promise.ours);
    const theirs = rows.find(({ library }) => library === "convnetjs");
    if (!ours || !theirs) return [];
    const ratio = theirs.ratios?.[ours.name];
    const measured = ratio === undefined ? "could not be compared to" : `is ${ratio.toFixed(1)} times as fast as`;
    const text = `batch ${batch}: ${ours.name} ${measured} ConvNetJS; at least ${promise.leastRatio} times is promised.`;
    return { kept: ratio >= promise.leastRatio, text };
  });
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(help);
  const cores = availableParallelism();
  const host = await openHost();
  const machine = { cpu: cpus()[0].model, cores, chromium: host.version(), load: loadavg()[0] };
  const rows = allRows({ host, cores, softwareGpu: options.softwareGpu }).filter(options.wants);
  const cases = [];
  try {
    for (const [library, build] of Object.entries({ native, burn })) {
      if (!rows.some((row) => row.library === library)) continue;
      say(`building what ${library} runs`);
      // What goes wrong is said in its rows.
      await build().catch(() => {});
    }
    for (const settings of options.cases) cases.push(await measureCase(host, rows, settings, options));
  } finally {
    await host.close();
  }

  const { seconds, rounds, json } = options;
  const promises = judge(cases);
  const report = { date: new Date().toISOString(), machine, seconds, rounds, cases, promises };
  if (json) await writeFile(json === "-" ? "/dev/stdout" : json, `${JSON.stringify(report, null, 1)}\n`);
  if (json !== "-") console.log(text(report));
  process.exitCode = promises.every(({ kept }) => kept) ? 0 : 1;
}

function text({ date, machine: { cpu, cores, chromium, load }, seconds, rounds, cases, promises }) {
  return [
    `${date.slice(0, 10)}, ${cpu}, ${cores} cores, Chromium ${chromium}; load average ${load.toFixed(1)} at the start`,
    `images trained a second, median of ${rounds} rounds of ${seconds} s each`,
    ...cases.map((one) => `\n${print(one)}`),
    "",
    ...promises.map(({ kept, text }) => `${kept ? "kept" : "BROKEN"}: ${text}`),
  ].join("\n");
}

try {
  await main();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
}
