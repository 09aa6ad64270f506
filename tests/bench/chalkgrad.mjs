// Chalkgrad itself: in the page, through `bench`, and natively, through `chalkgrad bench`.

import { countInWorker } from "../support/hooks.mjs";
import { Lab } from "../support/lab.mjs";
import { benchRequest } from "../support/network.mjs";
import { networks } from "./networks.mjs";
import { build, lineOf, runToEnd } from "./process.mjs";

/** A worker needs a picture, and there are never more than this. */
const shared = (workers, batch) => Math.min(workers, batch, 64);

/** `open` of a row in the page. Rounds begin anew; the library warms up by itself before its clock runs. */
export const inPage = (host, device, workers) =>
  async function open({ network, batch }, newPage) {
    const lab = await Lab.open(await newPage(), host.url("site"));
    const { input, text } = networks[network];
    const request = { network: text, input, batch, device, workers: shared(workers, batch) };
    const bench = (changes) => lab.bench(benchRequest({ ...request, ...changes }));
    // What is refused is refused now, and what is compiled at its first use is compiled now.
    await bench({ steps: 4, seconds: 600 });
    return (seconds) => bench({ seconds });
  };

/** Dispatches that a step takes on WebGPU, counted apart from the clock. */
export async function countDispatches(host, { network, batch }) {
  // Other workers would answer the count too.
  const lab = await Lab.open(await host.page(), host.url("counted"), { route: "#/cifar10?autostart=off&workers=1" });
  const { input, text } = networks[network];
  const run = async (steps) => {
    const before = (await countInWorker(lab.frame)).dispatches;
    await lab.bench(benchRequest({ network: text, input, batch, device: "webgpu", steps, seconds: 600 }));
    return (await countInWorker(lab.frame)).dispatches - before;
  };
  // The first run tunes the device as well.
  await run(4);
  const [few, more] = [await run(4), await run(5)];
  await lab.frame.close();
  return more - few;
}

let building;

/** Where the native command is; it is built in release the first time. */
export function executable() {
  building ??= build("--package", "chalkgrad-cli");
  return building;
}

/** `open` of a native row; `device` is the command's argument. */
export const command = (device, workers) =>
  async function open({ network, batch }) {
    const path = await executable();
    const { input, text } = networks[network];
    const settings = ["--network", "-", "--input", input.join(), "--batch", batch, "--device", device];
    const words = ["bench", "--json", ...settings, "--workers", shared(workers, batch)];
    const bench = async (...more) => JSON.parse(lineOf(await runToEnd(path, [...words, ...more], text)));
    const first = await bench("--steps", "4");
    if (device === "auto" && first.device === "cpu") throw new Error("There is no GPU but in software; --gpu measures that.");
    return (seconds) => bench("--seconds", seconds);
  };
