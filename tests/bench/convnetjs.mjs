// ConvNetJS 0.3.0: one picture after the other, on the page's thread, in plain JavaScript.

import { channelsLast } from "./networks.mjs";
import { loadScript } from "./script.mjs";

/** A layer as ConvNetJS defines it. */
function definition(layer) {
  const activation = layer.relu ? { activation: "relu" } : {};
  switch (layer.kind) {
    case "conv":
      return { type: "conv", sx: layer.kernel, filters: layer.outputs, stride: layer.stride, pad: layer.padding, ...activation };
    case "maxPool":
      return { type: "pool", sx: layer.size, stride: layer.size };
    case "linear":
      return { type: "fc", num_neurons: layer.outputs, ...activation };
    default:
      throw new Error(`ConvNetJS has no layer for ${layer.kind}.`);
  }
}

/** The whole network: its last layer belongs to ConvNetJS's loss. */
function definitions({ input: [channels, height, width], layers }) {
  const inner = layers.slice(0, -1).map(definition);
  return [
    { type: "input", out_sx: width, out_sy: height, out_depth: channels },
    ...inner,
    { type: "softmax", num_classes: layers.at(-1).outputs },
  ];
}

/** ConvNetJS begins otherwise: these are the first values of everyone. */
function setFirstValues(network, layers) {
  const weighted = layers.filter((layer) => layer.weight);
  for (const { filters, biases } of network.layers.filter((layer) => layer.filters)) {
    const { weight, bias } = weighted.shift();
    const values = channelsLast(weight).values;
    const each = values.length / filters.length;
    filters.forEach((filter, index) => filter.w.set(values.subarray(index * each, (index + 1) * each)));
    biases.w.set(bias.values);
  }
}

export async function start(problem) {
  if (problem.layers.some(({ kind }) => ["batchNorm", "residual"].includes(kind)))
    throw new Error("ConvNetJS has neither batch norm nor shortcuts.");
  const convnetjs = await loadScript("./node_modules/convnetjs/build/convnet-min.js", "convnetjs");
  const network = new convnetjs.Net();
  network.makeLayers(definitions(problem));
  setFirstValues(network, problem.layers);

  const { shape, values } = channelsLast(problem.pictures);
  const [, height, width, channels] = shape;
  const each = values.length / problem.batch;
  const pictures = problem.labels.map((_, index) => {
    const picture = new convnetjs.Vol(width, height, channels, 0);
    picture.w.set(values.subarray(index * each, (index + 1) * each));
    return picture;
  });

  const settings = { learning_rate: 0.01, momentum: 0.9, batch_size: problem.batch };
  const trainer = new convnetjs.SGDTrainer(network, settings);
  let loss = NaN;
  return {
    step() {
      const losses = pictures.map((picture, index) => trainer.train(picture, problem.labels[index]).cost_loss);
      loss = losses.reduce((sum, one) => sum + one, 0) / losses.length;
    },
    loss: async () => loss,
  };
}
