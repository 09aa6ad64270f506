// The networks of the bench: once as text for those who read PyTorch, once as layers for the peers; and what follows from
// the layers: parameters, first values, floating-point operations.

import { convnetjsNetwork } from "../support/network.mjs";

export const conv = (inputs, outputs, kernel, { stride = 1, padding = 0, bias = true, relu = false } = {}) => ({
  kind: "conv",
  inputs,
  outputs,
  kernel,
  stride,
  padding,
  bias,
  relu,
});
/** Flattens what it is given, of shape `from`. */
export const linear = (from, outputs, { relu = false } = {}) => ({ kind: "linear", from, outputs, bias: true, relu });
const batchNorm = (channels, { relu = false } = {}) => ({ kind: "batchNorm", channels, relu });
export const maxPool = (size) => ({ kind: "maxPool", size });
/** The mean of each channel. */
const averagePool = () => ({ kind: "averagePool" });
/** `relu(body(x) + shortcut(x))`. */
const residual = (body, shortcut) => ({ kind: "residual", body, shortcut });

/** He et al. 2016, with a projection as shortcut: half the side, another number of channels. */
const block = (inputs, outputs) =>
  residual(
    [
      conv(inputs, outputs, 3, { stride: 2, padding: 1, bias: false }),
      batchNorm(outputs, { relu: true }),
      conv(outputs, outputs, 3, { padding: 1, bias: false }),
      batchNorm(outputs),
    ],
    [conv(inputs, outputs, 1, { stride: 2, bias: false }), batchNorm(outputs)],
  );

const residualNetwork = `class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=2, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + self.downsample(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.blocks = nn.Sequential(Block(16, 32), Block(32, 64), Block(64, 128))
        self.fc = nn.Linear(128, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.blocks(x)
        return self.fc(x.mean([2, 3]))
`;

/** By name: what the table calls it, the shape of one picture, the batches to measure, the text and the layers. */
export const networks = {
  convnetjs: {
    title: "the ConvNetJS CIFAR-10 network",
    input: [3, 32, 32],
    batches: [4, 64, 256],
    text: convnetjsNetwork,
    layers: [
      conv(3, 16, 5, { padding: 2, relu: true }),
      maxPool(2),
      conv(16, 20, 5, { padding: 2, relu: true }),
      maxPool(2),
      conv(20, 20, 5, { padding: 2, relu: true }),
      maxPool(2),
      linear([20, 4, 4], 10),
    ],
  },
  mlp: {
    title: "an MLP 784-128-10",
    input: [1, 28, 28],
    batches: [64],
    text: "nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))",
    layers: [linear([1, 28, 28], 128, { relu: true }), linear([128], 10)],
  },
  residual: {
    title: "a residual network with batch norm",
    input: [3, 32, 32],
    batches: [64],
    text: residualNetwork,
    layers: [
      conv(3, 16, 3, { padding: 1, bias: false }),
      batchNorm(16, { relu: true }),
      block(16, 32),
      block(32, 64),
      block(64, 128),
      averagePool(),
      linear([128], 10),
    ],
  },
};

export const classes = 10;
export const labelOf = (index) => (7 * index) % classes;

const product = (numbers) => numbers.reduce((result, number) => result * number, 1);

function shapeAfter(layer, shape) {
  const [channels, ...sides] = shape;
  switch (layer.kind) {
    case "conv":
      return [
        layer.outputs,
        ...sides.map((side) => Math.floor((side + 2 * layer.padding - layer.kernel) / layer.stride) + 1),
      ];
    case "maxPool":
      return [channels, ...sides.map((side) => side / layer.size)];
    case "averagePool":
      return [channels];
    case "linear":
      return [layer.outputs];
    case "batchNorm":
      return shape;
    default:
      throw new Error(`no layer is called ${layer.kind}`);
  }
}

/** Each layer with the shapes of an example before and after it, a block's body before its shortcut. */
function* walk(layers, input) {
  let shape = input;
  for (const layer of layers) {
    if (layer.kind === "residual") {
      const after = yield* walk(layer.body, shape);
      yield* walk(layer.shortcut, shape);
      shape = after;
    } else {
      const after = shapeAfter(layer, shape);
      yield { layer, before: shape, after };
      shape = after;
    }
  }
  return shape;
}

/** What a layer multiplies its input by, in PyTorch's order of axes. */
const weightShape = ({ kind, outputs, inputs, kernel, from }) =>
  kind === "conv" ? [outputs, inputs, kernel, kernel] : [outputs, ...from];

const isWeighted = ({ kind }) => kind === "conv" || kind === "linear";

const array = (shape, value) => ({ shape, values: Float32Array.from({ length: product(shape) }, value) });

/** The layer with the `weight` and `bias` that it begins with, PyTorch's own, from this stream of numbers. */
function withFirstValues(layer, random) {
  if (layer.kind === "residual") {
    const branch = (layers) => layers.map((inner) => withFirstValues(inner, random));
    return { ...layer, body: branch(layer.body), shortcut: branch(layer.shortcut) };
  }
  if (layer.kind === "batchNorm") {
    const shape = [layer.channels];
    return { ...layer, weight: array(shape, () => 1), bias: array(shape, () => 0) };
  }
  if (!isWeighted(layer)) return layer;
  const shape = weightShape(layer);
  const bound = 1 / Math.sqrt(product(shape.slice(1)));
  const uniform = () => bound * (2 * random() - 1);
  return { ...layer, weight: array(shape, uniform), bias: layer.bias ? array([shape[0]], uniform) : undefined };
}

/** How many numbers a network learns. */
export function countParameters({ layers, input }) {
  const count = ({ layer }) => {
    if (layer.kind === "batchNorm") return 2 * layer.channels;
    return isWeighted(layer) ? product(weightShape(layer)) + (layer.bias ? layer.outputs : 0) : 0;
  };
  return [...walk(layers, input)].reduce((sum, step) => sum + count(step), 0);
}

/**
 * Floating-point operations of training on one picture: two for each multiply-add of products and convolutions, forward, to
 * the weights, and to the input, which nobody asks of the first layer. Everything else is a small part and is left out.
 */
export function trainingFlop({ layers, input }) {
  const weighted = [...walk(layers, input)].filter(({ layer }) => isWeighted(layer));
  const multiplyAdds = ({ layer, after }) =>
    product(weightShape(layer)) * (layer.kind === "conv" ? product(after.slice(1)) : 1);
  return weighted.reduce((sum, step, index) => sum + 2 * multiplyAdds(step) * (index === 0 ? 2 : 3), 0);
}

/** Uniform in 0..1, the same for every library: mulberry32. */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Everything that a peer trains with: `[N, C, H, W]` pictures, labels, layers with their first values. */
export function problem(name, batch) {
  const network = networks[name];
  const random = randomNumbers(1);
  const shape = [batch, ...network.input];
  return {
    input: network.input,
    batch,
    pictures: array(shape, () => random() - 0.5),
    labels: Array.from({ length: batch }, (_, index) => labelOf(index)),
    layers: network.layers.map((layer) => withFirstValues(layer, random)),
  };
}

/** `[N, classes]`: 1 for the right class, 0 for the others. */
export function labelsAsTargets(labels) {
  const targets = new Float32Array(labels.length * classes);
  labels.forEach((label, index) => (targets[index * classes + label] = 1));
  return targets;
}

/** `[A, C, …]` as `[A, …, C]`, for those whose channels come last. */
export function channelsLast({ shape: [first, channels, ...sides], values }) {
  const places = product(sides);
  const moved = new Float32Array(values.length);
  for (let outer = 0; outer < first; outer += 1)
    for (let channel = 0; channel < channels; channel += 1)
      for (let place = 0; place < places; place += 1)
        moved[(outer * places + place) * channels + channel] = values[(outer * channels + channel) * places + place];
  return { shape: [first, ...sides, channels], values: moved };
}
