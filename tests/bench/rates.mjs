// In a page: how fast this machine multiplies and adds, from the browser, and what a GPU takes for a dispatch.

const repetitions = 5;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

// --- wasm: one thread, 128-bit SIMD, nothing but registers ---

/** As many as V8 keeps in registers beside two constants; enough to hide an addition's latency. */
const accumulators = 12;
const lanes = 4;
const bytesOfFloat = (number) => [...new Uint8Array(new Float32Array([number]).buffer)];
const vectorConstant = (number) => [0xfd, 0x0c, ...Array(lanes).fill(bytesOfFloat(number)).flat()];
/** Numbers below 2³⁵ in wasm's own notation. */
const leb = (number) => (number < 0x80 ? [number] : [(number & 0x7f) | 0x80, ...leb(number >>> 7)]);
const section = (id, content) => [id, ...leb(content.length), ...content];
const get = (local) => [0x20, local];
const set = (local) => [0x21, local];

/** `accumulator ← accumulator · a + b`, in two instructions or in one. */
const steps = {
  mulAdd: (target, a, b) => [...get(target), ...get(a), 0xfd, 0xe6, 0x01, ...get(b), 0xfd, 0xe4, 0x01, ...set(target)],
  relaxed: (target, a, b) => [...get(target), ...get(a), ...get(b), 0xfd, 0x85, 0x02, ...set(target)],
};

/** A module whose function `run(count: i32) -> f32` takes `count` steps on every accumulator. */
function wasmModule(step) {
  const [count, a, b, first] = [0, 1, 2, 3];
  const targets = Array.from({ length: accumulators }, (_, index) => first + index);
  const code = [
    ...[1, ...leb(2 + accumulators), 0x7b],
    ...[...vectorConstant(0.5), ...set(a), ...vectorConstant(0.25), ...set(b)],
    ...[0x03, 0x40],
    ...targets.flatMap((target) => step(target, a, b)),
    ...[...get(count), 0x41, 1, 0x6b, 0x22, count, 0x0d, 0, 0x0b],
    // What is not returned need not be computed.
    ...targets.flatMap((target, index) => [...get(target), ...(index ? [0xfd, 0xe4, 0x01] : [])]),
    ...[0xfd, 0x1f, 0, 0x0b],
  ];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7d]),
    ...section(3, [1, 0]),
    ...section(7, [1, 3, ...new TextEncoder().encode("run"), 0, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ]);
}

async function wasmRate(step) {
  const bytes = wasmModule(step);
  if (!WebAssembly.validate(bytes)) return undefined;
  const { run } = (await WebAssembly.instantiate(bytes)).instance.exports;
  const count = 2_000_000;
  const flop = count * accumulators * lanes * 2;
  const once = () => {
    const started = performance.now();
    run(count);
    return (1000 * flop) / (performance.now() - started);
  };
  // The first calls run in the baseline compiler.
  Array.from({ length: repetitions }, once);
  return Math.max(...Array.from({ length: repetitions }, once));
}

/** Floating-point operations a second of one thread: by multiplying and adding, and by the relaxed multiply-add if there is one. */
export const wasmRates = async () => ({
  mul_add: await wasmRate(steps.mulAdd),
  relaxed_madd: await wasmRate(steps.relaxed),
});

// --- WebGPU ---

const rounds = 128;
/** Written out, so that the loop around them does not count. */
const stepsOfRound = 8;
const groupSize = 64;
const multiplyAdds = `
@group(0) @binding(0) var<storage, read_write> result: array<vec4f>;
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let a = vec4f(0.5 + f32(id.x & 1u) * 0.1);
  let b = vec4f(0.25);
  var s0 = vec4f(1); var s1 = vec4f(2); var s2 = vec4f(3); var s3 = vec4f(4);
  for (var i = 0; i < ${rounds}; i += 1) {
    ${"s0 = fma(s0, a, b); s1 = fma(s1, a, b); s2 = fma(s2, a, b); s3 = fma(s3, a, b);".repeat(stepsOfRound)}
  }
  result[id.x] = s0 + s1 + s2 + s3;
}`;
const flopOfGroup = groupSize * rounds * stepsOfRound * 4 * 4 * 2;
/** So many dispatches in one pass, against one. */
const dispatches = 1000;

/** Milliseconds of `count` dispatches of `groups` workgroups each. */
async function timeDispatches({ device, pipeline, binding }, count, groups) {
  await device.queue.onSubmittedWorkDone();
  const started = performance.now();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, binding);
  for (let index = 0; index < count; index += 1) pass.dispatchWorkgroups(groups);
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  return performance.now() - started;
}

function prepare(device, code, bytes) {
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
  const buffer = device.createBuffer({ size: bytes, usage: GPUBufferUsage.STORAGE });
  const entries = [{ binding: 0, resource: { buffer } }];
  const binding = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return { device, pipeline, binding };
}

const repeated = async (measure) => {
  await measure();
  const times = [];
  for (let index = 0; index < repetitions; index += 1) times.push(await measure());
  return times;
};

/** Floating-point operations a second, seconds a dispatch, and the adapter's name; `undefined` where there is none. */
export async function webgpuRates() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return undefined;
  const device = await adapter.requestDevice();
  const most = 4096;
  const heavy = prepare(device, multiplyAdds, most * groupSize * 16);
  let groups = 16;
  // Long enough to tell, short enough for a slow adapter.
  while (groups < most && (await timeDispatches(heavy, 1, groups)) < 50) groups *= 2;
  const heavyTimes = await repeated(() => timeDispatches(heavy, 1, groups));

  const light = prepare(device, multiplyAdds.replace(`i < ${rounds}`, "i < 1"), groupSize * 16);
  const many = median(await repeated(() => timeDispatches(light, dispatches, 1)));
  const one = median(await repeated(() => timeDispatches(light, 1, 1)));
  const { vendor, architecture, description } = adapter.info;
  device.destroy();
  return {
    multiply_add: (1000 * groups * flopOfGroup) / Math.min(...heavyTimes),
    dispatch_seconds: (many - one) / 1000 / (dispatches - 1),
    adapter: description || [vendor, architecture].filter(Boolean).join(" "),
  };
}
