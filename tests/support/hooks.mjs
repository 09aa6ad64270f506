// Code that tests put into the page or into the worker to reach what the page does not show.

/** In the page: keep every worker that is started, so that a test can end one. */
export function keepWorkers() {
  const NativeWorker = globalThis.Worker;
  globalThis.keptWorkers = [];
  globalThis.Worker = class Worker extends NativeWorker {
    constructor(...settings) {
      super(...settings);
      globalThis.keptWorkers.push(this);
    }
  };
}

/** In the page: collect the browser's long-task entries, tasks over 50 ms on the main thread. */
export function watchLongTasks() {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries()) globalThis.longTasks.push({ duration, startTime });
  }).observe({ type: "longtask" });
}

/** Where the code below listens. */
const channel = "chalkgrad-test";

// Before the worker's own script: count its GPU buffers and dispatches, keep its wasm memory, and answer questions.
const workerHook = `{
  const memories = [];
  const living = new Set();
  let dispatches = 0;
  if (globalThis.GPUDevice) {
    const createBuffer = GPUDevice.prototype.createBuffer;
    GPUDevice.prototype.createBuffer = function (...settings) {
      const buffer = createBuffer.apply(this, settings);
      living.add(buffer);
      return buffer;
    };
    const destroy = GPUBuffer.prototype.destroy;
    GPUBuffer.prototype.destroy = function () {
      living.delete(this);
      return destroy.call(this);
    };
    const dispatch = GPUComputePassEncoder.prototype.dispatchWorkgroups;
    GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...counts) {
      dispatches += 1;
      return dispatch.apply(this, counts);
    };
  }
  const keepMemory = (result) => {
    const memory = (result.instance ?? result).exports.memory;
    if (memory) memories.push(memory);
    return result;
  };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const native = WebAssembly[name];
    WebAssembly[name] = (...settings) => native.apply(WebAssembly, settings).then(keepMemory);
  }
  const channel = new BroadcastChannel("${channel}");
  channel.onmessage = ({ data }) => {
    if (!data.ask) return;
    const bytes = memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
    channel.postMessage({ answer: { buffers: living.size, wasmBytes: bytes, dispatches } });
  };
}`;

/** For `serve({ prepend })`: the hook goes in front of every engine's script. */
export const hookedEngines = [{ path: /\/engine(_(?!loader)[a-z]+)?\.js$/, code: workerHook }];

/** Living GPU buffers, dispatches so far and bytes of wasm memory in the hooked worker. */
export function countInWorker(page) {
  return page.evaluate(
    (name) =>
      new Promise((resolve) => {
        const asking = new BroadcastChannel(name);
        asking.onmessage = ({ data }) => {
          if (!data.answer) return;
          asking.close();
          resolve(data.answer);
        };
        asking.postMessage({ ask: true });
      }),
    channel,
  );
}

/** The GPU process crashes, as with a faulty driver: every device of every page is lost for real. */
export async function crashGpu(page) {
  const session = await page.context().browser().newBrowserCDPSession();
  await session.send("Browser.crashGpuProcess");
  await session.detach();
}
