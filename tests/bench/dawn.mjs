// WebGPU without a browser: Dawn, which is Chrome's, in a Node process of its own, with a library on it. A machine whose GPU no
// browser reaches is measured so.
//
// Started by `onDawn`, which asks `{ open }` and then `{ round }`, and is answered with `{ result }` or `{ error }`.

import { fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { benchRequest } from "../support/network.mjs";
import { networks } from "./networks.mjs";

const here = fileURLToPath(import.meta.url);

/** `open` of a row: a process for the library, which ends with the row's pages. */
export const onDawn = (library) =>
  async function open(settings, _newPage, atEnd) {
    const child = fork(here, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    atEnd(() => child.kill());
    // Drivers warn on it all the time.
    child.stderr.resume();
    const ask = (question) =>
      new Promise((resolve, reject) => {
        const ended = (code) => reject(new Error(`the process ended with code ${code}.`));
        child.once("exit", ended);
        child.once("message", ({ error, result }) => {
          child.off("exit", ended);
          if (error) reject(new Error(error));
          else resolve(result);
        });
        child.send(question);
      });
    await ask({ open: { library, device: "webgpu", ...settings } });
    return (seconds) => ask({ round: seconds });
  };

/** What a library finds in a worker of a browser, as far as it is asked for. */
async function becomeWorker() {
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals, { self: globalThis, WorkerGlobalScope: class {} });
  // Held for ever: Dawn must not be collected before its devices.
  const navigator = { gpu: create([]), userAgent: "Node", hardwareConcurrency: 1 };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
}

/** Our engine as the page's worker runs it; answers are told apart by the numbers of their commands. */
async function startEngine() {
  const answers = new Map();
  const ready = new Promise((resolve) => answers.set("ready", resolve));
  globalThis.postMessage = ([json]) => {
    const event = JSON.parse(json);
    answers.get(event.type === "ready" ? "ready" : event.reply_to)?.(event);
  };
  const { default: start } = await import("../../dist/engine.js");
  await start({ module_or_path: await readFile(new URL("../../dist/engine_bg.wasm", import.meta.url)) });
  await ready;
  let last = 0;
  return async (command) => {
    const id = (last += 1);
    const answer = new Promise((resolve) => answers.set(id, resolve));
    globalThis.onmessage({ data: [JSON.stringify({ id, ...command })] });
    const event = await answer;
    if (event.type === "failed") throw new Error(event.message);
    return event;
  };
}

async function openChalkgrad({ network, batch, device }) {
  const send = await startEngine();
  const { input, text } = networks[network];
  const request = { network: text, input, batch, device };
  const bench = async (changes) => (await send({ type: "bench", request: benchRequest({ ...request, ...changes }) })).result;
  await bench({ steps: 4, seconds: 600 });
  return (seconds) => bench({ seconds });
}

async function openPeer(request) {
  await import("./peer.mjs");
  await globalThis.peer.open(request);
  return globalThis.peer.round;
}

if (process.send) {
  let round;
  process.on("message", async (question) => {
    try {
      if (question.open) {
        await becomeWorker();
        round = await (question.open.library === "chalkgrad" ? openChalkgrad : openPeer)(question.open);
        process.send({ result: true });
      } else {
        process.send({ result: await round(question.round) });
      }
    } catch (error) {
      process.send({ error: `${error.message ?? error}` });
    }
  });
}
