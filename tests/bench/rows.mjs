// Who is in the table: Chalkgrad in each of its ways, and its peers, each at its best.
//
// A row's `open({ network, batch }, newPage)` builds and warms up, and resolves to `round(seconds)`, which resolves to a
// measurement. Where one of them rejects, the row is absent, with that sentence as the reason.

import { burn } from "./burn.mjs";
import { command, inPage } from "./chalkgrad.mjs";
import { onDawn } from "./dawn.mjs";
import { countParameters, networks } from "./networks.mjs";
import { lineOf, runToEnd } from "./process.mjs";

/** `open` of a library that trains in a page of its own. */
const peer = (host, library, device, { server = "peers" } = {}) =>
  async function open({ network, batch }, newPage) {
    const page = await newPage();
    await page.goto(`${host.url(server)}bench/peer.html`);
    await page.waitForFunction(() => globalThis.peer);
    await page.evaluate((request) => globalThis.peer.open(request), { library, device, network, batch });
    return (seconds) => page.evaluate((seconds) => globalThis.peer.round(seconds), seconds);
  };

const pytorch = (device, threads) =>
  async function open({ network, batch }) {
    const { input, text } = networks[network];
    const interpreter = process.env.CHALKGRAD_PYTHON || "python3";
    const settings = ["--input", input.join(), "--batch", batch, "--device", device, "--threads", threads];
    const words = ["tests/bench/pytorch.py", ...settings, "--parameters", countParameters(networks[network]), "--seconds"];
    const round = async (seconds) => JSON.parse(lineOf(await runToEnd(interpreter, [...words, seconds], text)));
    await round(0.1);
    return round;
  };

/**
 * Every row: `library` and `device` are what options know it by; of `ours` the ratios are taken; `threads` share the work of
 * one on the CPU, as far as its floor is concerned.
 */
export function allRows({ host, cores, softwareGpu }) {
  const ours = { library: "chalkgrad", ours: true };
  const native = { library: "native", ours: true };
  return [
    { ...ours, name: "Chalkgrad, CPU, 1 worker", device: "cpu", threads: 1, open: inPage(host, "cpu", 1) },
    { ...ours, name: "Chalkgrad, CPU, all workers", device: "cpu", threads: cores, open: inPage(host, "cpu", cores) },
    { ...ours, name: "Chalkgrad, WebGPU", device: "webgpu", open: inPage(host, "webgpu", 1) },
    { library: "convnetjs", name: "ConvNetJS", device: "cpu", open: peer(host, "convnetjs", "cpu") },
    { library: "tfjs", name: "TensorFlow.js, CPU", device: "cpu", open: peer(host, "tfjs", "cpu") },
    { library: "tfjs", name: "TensorFlow.js, WebGPU", device: "webgpu", open: peer(host, "tfjs", "webgpu") },
    { library: "jax-js", name: "jax-js, wasm", device: "cpu", open: peer(host, "jax-js", "wasm") },
    {
      library: "jax-js",
      name: "jax-js, wasm, all threads",
      device: "cpu",
      open: peer(host, "jax-js", "wasm", { server: "isolated" }),
    },
    { library: "jax-js", name: "jax-js, WebGPU", device: "webgpu", open: peer(host, "jax-js", "webgpu") },
    { ...native, name: "Chalkgrad native, CPU, 1 worker", device: "cpu", open: command("cpu", 1) },
    { ...native, name: "Chalkgrad native, CPU, all workers", device: "cpu", open: command("cpu", cores) },
    { ...native, name: "Chalkgrad native, GPU", device: "gpu", open: command(softwareGpu ? "gpu" : "auto", 1) },
    { ...ours, name: "Chalkgrad, Dawn", device: "dawn", open: onDawn("chalkgrad") },
    { library: "tfjs", name: "TensorFlow.js, Dawn", device: "dawn", open: onDawn("tfjs") },
    { library: "jax-js", name: "jax-js, Dawn", device: "dawn", open: onDawn("jax-js") },
    { library: "pytorch", name: "PyTorch, CPU, 1 thread", device: "cpu", open: pytorch("cpu", 1) },
    { library: "pytorch", name: "PyTorch, CPU, all threads", device: "cpu", open: pytorch("cpu", cores) },
    { library: "pytorch", name: "PyTorch, CUDA", device: "gpu", open: pytorch("cuda", 1) },
    { library: "burn", name: "Burn, CPU, 1 thread", device: "cpu", open: burn() },
  ];
}
