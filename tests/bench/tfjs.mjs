// TensorFlow.js 4.22: eager operations, fused where it has a fused one, memory freed by `tidy`.

import { channelsLast, classes, labelsAsTargets } from "./networks.mjs";
import { loadScript } from "./script.mjs";

const packages = "./node_modules/@tensorflow";

async function load(device) {
  const tf = await loadScript(`${packages}/tfjs/dist/tf.es2017.min.js`, "tf");
  if (device === "webgpu") await loadScript(`${packages}/tfjs-backend-webgpu/dist/tf-backend-webgpu.es2017.min.js`, "tf");
  if (!(await tf.setBackend(device))) throw new Error(`TensorFlow.js could not start its backend ${device}.`);
  return tf;
}

/** A function from `[N, H, W, C]` to what the layers make of it; its parameters become variables, which `minimize` finds. */
function compile(tf, layers) {
  const functions = layers.map((layer) => compileLayer(tf, layer));
  return (input) => functions.reduce((value, apply) => apply(value), input);
}

function compileLayer(tf, layer) {
  const activation = layer.relu ? "relu" : "linear";
  const bias = layer.bias && tf.variable(tf.tensor(layer.bias.values));
  switch (layer.kind) {
    case "conv": {
      const { shape, values } = channelsLast(layer.weight);
      const filter = tf.variable(tf.transpose(tf.tensor(values, shape), [1, 2, 3, 0]));
      const { stride: strides, padding: pad } = layer;
      return (x) => tf.fused.conv2d({ x, filter, bias, strides, pad, activation });
    }
    case "linear": {
      const { shape, values } = channelsLast(layer.weight);
      const matrix = tf.variable(tf.transpose(tf.tensor(values, [shape[0], values.length / shape[0]])));
      return (x) => tf.fused.matMul({ a: x.reshape([x.shape[0], -1]), b: matrix, bias, activation });
    }
    case "batchNorm":
      return compileBatchNorm(tf, layer, bias);
    case "maxPool":
      return (x) => tf.maxPool(x, layer.size, layer.size, "valid");
    case "averagePool":
      return (x) => tf.mean(x, [1, 2]);
    case "residual": {
      const [body, shortcut] = [compile(tf, layer.body), compile(tf, layer.shortcut)];
      return (x) => tf.relu(tf.add(body(x), shortcut(x)));
    }
    default:
      throw new Error(`TensorFlow.js was given no way to build a layer ${layer.kind}.`);
  }
}

/** Over the batch, and the running statistics with it, as PyTorch keeps them. */
function compileBatchNorm(tf, { weight, channels, relu }, shift) {
  const scale = tf.variable(tf.tensor(weight.values));
  const fixed = (tensor) => tf.variable(tensor, false);
  const running = { mean: fixed(tf.zeros([channels])), variance: fixed(tf.ones([channels])) };
  return (x) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const count = x.size / channels;
    const keep = (name, now) => running[name].assign(tf.add(tf.mul(running[name], 0.9), tf.mul(now, 0.1)));
    keep("mean", mean);
    keep("variance", tf.mul(variance, count / (count - 1)));
    const y = tf.batchNorm(x, mean, variance, shift, scale, 1e-5);
    return relu ? tf.relu(y) : y;
  };
}

export async function start({ layers, pictures, labels, batch }, device) {
  const tf = await load(device);
  const network = compile(tf, layers);
  const optimizer = tf.train.momentum(0.01, 0.9);
  const { shape, values } = channelsLast(pictures);
  const targets = labelsAsTargets(labels);
  let last;
  return {
    step() {
      const loss = tf.tidy(() => {
        const [x, y] = [tf.tensor4d(values, shape), tf.tensor2d(targets, [batch, classes])];
        const crossEntropy = () => tf.mul(tf.sum(tf.mul(y, tf.logSoftmax(network(x)))), -1 / batch);
        return optimizer.minimize(crossEntropy, true);
      });
      last?.dispose();
      last = loss;
    },
    settled: device === "webgpu" ? () => settled(tf) : undefined,
    loss: async () => (await last.data())[0],
  };
}

/** What it has recorded and not yet submitted would wait for the next operation. */
function settled(tf) {
  const backend = tf.backend();
  if (backend.commandEncoder) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
  return backend.queue.onSubmittedWorkDone();
}
