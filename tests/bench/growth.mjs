// How the time of a training step grows: with the batch, with the width and with the depth of a network. One worker on the CPU, in
// the page and natively; `--gpu` adds the GPUs.
//
//     cargo xtask bench growth [--gpu] [--json FILE]    builds the site and measures it
//     node tests/bench/growth.mjs [...]                 measures dist/ as it is

import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { Lab } from "../support/lab.mjs";
import { benchRequest, convnetjsNetwork } from "../support/network.mjs";
import { executable } from "./chalkgrad.mjs";
import { openHost } from "./host.mjs";
import { conv, linear, maxPool, networks, trainingFlop } from "./networks.mjs";
import { lineOf, runToEnd } from "./process.mjs";

const input = [3, 32, 32];
const seconds = 1.5;

/** Layers of the bench's own kind as PyTorch writes them. */
const textOf = (layers) => {
  const text = ({ kind, inputs, outputs, kernel, padding, size, from }) =>
    ({
      conv: `nn.Conv2d(${inputs}, ${outputs}, ${kernel}, padding=${padding}), nn.ReLU()`,
      maxPool: `nn.MaxPool2d(${size})`,
      linear: `nn.Flatten(), nn.Linear(${from?.reduce((product, side) => product * side)}, ${outputs})`,
    })[kind];
  return `nn.Sequential(${layers.map(text).join(", ")})`;
};
const convolution = (inputs, outputs) => conv(inputs, outputs, 3, { padding: 1, relu: true });

/** Three convolutions of so many channels. */
const wide = (channels) => [
  convolution(3, channels),
  maxPool(2),
  convolution(channels, channels),
  maxPool(2),
  convolution(channels, channels),
  linear([channels, 8, 8], 10),
];
/** So many convolutions of 16 channels on pictures of 16 × 16, after a first one. */
const deep = (layers) => [
  convolution(3, 16),
  maxPool(2),
  ...Array.from({ length: layers }, () => convolution(16, 16)),
  linear([16, 16, 16], 10),
];

/** One way to grow: sizes, and what is trained at each. */
const ways = [
  {
    title: "batch size, the ConvNetJS network",
    sizes: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    at: (batch) => ({ batch, network: convnetjsNetwork, flop: trainingFlop(networks.convnetjs) }),
  },
  {
    title: "width: channels of three convolutions, batch 16",
    sizes: [4, 8, 16, 32, 64, 128],
    at: (channels) => ({ batch: 16, network: textOf(wide(channels)), flop: trainingFlop({ layers: wide(channels), input }) }),
  },
  {
    title: "depth: convolutions of 16 channels on 16 × 16, batch 16",
    sizes: [1, 2, 4, 8, 16, 32],
    at: (layers) => ({ batch: 16, network: textOf(deep(layers)), flop: trainingFlop({ layers: deep(layers), input }) }),
  },
];

/** Where it is measured: a function from a bench request to images a second. */
async function places(host, withGpu) {
  const lab = await Lab.open(await host.page(), host.url("site"));
  const inPage = (device) => async (request) => (await lab.bench(benchRequest({ ...request, device }))).images_per_second;
  const native =
    (device) =>
    async ({ batch, network }) => {
      const options = ["--json", "--network", "-", "--batch", batch, "--seconds", seconds, "--device", device];
      return JSON.parse(lineOf(await runToEnd(await executable(), ["bench", ...options], network))).images_per_second;
    };
  const cpu = { "page, CPU": inPage("cpu"), "native, CPU": native("cpu") };
  return withGpu ? { ...cpu, "page, WebGPU": inPage("webgpu"), "native, GPU": native("gpu") } : cpu;
}

async function grow({ sizes, at }, speed) {
  const rows = [];
  for (const size of sizes) {
    const { batch, network, flop } = at(size);
    const imagesPerSecond = await speed({ network, batch, seconds });
    rows.push({ size, step: batch / imagesPerSecond, flop: batch * flop });
  }
  return rows;
}

/** Time and arithmetic of each step, and by which power of it the time has grown since the row above. */
function print(place, rows) {
  const lines = rows.map(({ size, step, flop }, index) => {
    const before = rows[index - 1];
    const power = before && Math.log(step / before.step) / Math.log(size / before.size);
    const arithmetic = before && Math.log(flop / before.flop) / Math.log(size / before.size);
    const cells = [
      String(size).padStart(6),
      (1000 * step).toFixed(2).padStart(10),
      (flop / 1e6).toFixed(1).padStart(10),
      (flop / step / 1e9).toFixed(1).padStart(9),
      (power?.toFixed(2) ?? "").padStart(8),
      (arithmetic?.toFixed(2) ?? "").padStart(12),
    ];
    return cells.join(" ");
  });
  return [`  ${place}`, "  size    step, ms      MFLOP   GFLOP/s   power  of its MFLOP", ...lines].join("\n");
}

try {
  const { values } = parseArgs({ options: { json: { type: "string" }, gpu: { type: "boolean" } } });
  console.log(`${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model}\n`);
  const host = await openHost();
  const report = {};
  for (const [place, speed] of Object.entries(await places(host, values.gpu)))
    for (const way of ways) {
      const rows = await grow(way, speed);
      (report[way.title] ??= {})[place] = rows;
      console.log(`${way.title}\n${print(place, rows)}\n`);
    }
  await host.close();
  if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 1)}\n`);
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
}
