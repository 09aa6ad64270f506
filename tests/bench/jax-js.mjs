// jax-js 0.1.25: the whole step is one function, differentiated and compiled by `jit`.
//
// Every function of its arrays takes them over; `.ref` keeps one for another use.

import { classes, labelsAsTargets } from "./networks.mjs";

const address = "./node_modules/@jax-js/jax/dist/index.js";

/**
 * A function of a picture tensor, the list of all parameters, and a list that it adds each batch norm's statistics to. The
 * parameters' and the running statistics' first values are added to `first`.
 */
function compile(jax, layers, first) {
  const functions = layers.map((layer) => compileLayer(jax, layer, first));
  return (input, parameters, statistics) =>
    functions.reduce((value, apply) => apply(value, parameters, statistics), input);
}

function compileLayer(jax, layer, first) {
  const { lax, nn, numpy: np } = jax;
  const add = ({ values, shape }) => first.parameters.push(np.array(values).reshape(shape)) - 1;
  const activate = (y) => (layer.relu ? nn.relu(y) : y);
  switch (layer.kind) {
    case "conv": {
      const [weight, bias] = [add(layer.weight), layer.bias && add(layer.bias)];
      const [strides, padding] = [Array(2).fill(layer.stride), Array(2).fill([layer.padding, layer.padding])];
      return (x, parameters) => {
        const y = lax.convGeneralDilated(x, parameters[weight], strides, padding);
        return activate(layer.bias ? y.add(parameters[bias].reshape([layer.outputs, 1, 1])) : y);
      };
    }
    case "linear": {
      const { shape, values } = layer.weight;
      const [weight, bias] = [add({ values, shape: [shape[0], values.length / shape[0]] }), add(layer.bias)];
      return (x, parameters) =>
        activate(np.matmul(x.reshape([x.shape[0], -1]), np.transpose(parameters[weight])).add(parameters[bias]));
    }
    case "batchNorm":
      return compileBatchNorm(np, layer, [add(layer.weight), add(layer.bias)], activate, first.running);
    case "maxPool":
      return (x) => lax.reduceWindow(x, (window) => np.max(window), Array(2).fill(layer.size), Array(2).fill(layer.size));
    case "averagePool":
      return (x) => np.mean(x, [2, 3]);
    case "residual": {
      const [body, shortcut] = [compile(jax, layer.body, first), compile(jax, layer.shortcut, first)];
      return (x, parameters, statistics) =>
        nn.relu(body(x.ref, parameters, statistics).add(shortcut(x, parameters, statistics)));
    }
    default:
      throw new Error(`jax-js was given no way to build a layer ${layer.kind}.`);
  }
}

function compileBatchNorm(np, { channels }, [scale, shift], activate, running) {
  const shape = [1, channels, 1, 1];
  running.push(np.zeros(shape), np.ones(shape));
  return (x, parameters, statistics) => {
    const [batch, , height, width] = x.shape;
    const count = batch * height * width;
    const mean = np.mean(x.ref, [0, 2, 3], { keepdims: true });
    const centred = x.sub(mean.ref);
    const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true });
    statistics.push(mean, variance.ref.mul(count / (count - 1)));
    const normal = centred.div(np.sqrt(variance.add(1e-5)));
    return activate(normal.mul(parameters[scale].reshape(shape)).add(parameters[shift].reshape(shape)));
  };
}

/** One training step, compiled: parameters, velocities, running statistics and a batch to the next ones and the loss. */
function compileStep({ jit, valueAndGrad, tree, nn, numpy: np }, network, batch) {
  const lossOf = (parameters, x, y) => {
    const statistics = [];
    const scores = network(x, parameters, statistics);
    return [np.sum(y.mul(nn.logSoftmax(scores))).mul(-1 / batch), statistics];
  };
  return jit((parameters, velocities, running, x, y) => {
    const [[loss, statistics], gradients] = valueAndGrad(lossOf, { hasAux: true })(tree.ref(parameters), x, y);
    const moved = velocities.map((velocity, index) => velocity.mul(0.9).add(gradients[index]));
    const updated = parameters.map((parameter, index) => parameter.sub(moved[index].ref.mul(0.01)));
    return [updated, moved, running.map((kept, index) => kept.mul(0.9).add(statistics[index].mul(0.1))), loss];
  });
}

export async function start({ layers, pictures, labels, batch }, device) {
  const jax = await import(address);
  const { numpy: np } = jax;
  if (!(await jax.init(device)).includes(device)) throw new Error(`jax-js could not start its backend ${device}.`);
  jax.defaultDevice(device);

  const first = { parameters: [], running: [] };
  const step = compileStep(jax, compile(jax, layers, first), batch);
  let { parameters, running } = first;
  let velocities = parameters.map((parameter) => np.zerosLike(parameter.ref));
  const targets = labelsAsTargets(labels);
  let last;
  return {
    step() {
      const x = np.array(pictures.values).reshape(pictures.shape);
      const y = np.array(targets).reshape([batch, classes]);
      last?.dispose();
      [parameters, velocities, running, last] = step(parameters, velocities, running, x, y);
    },
    // Its operations wait until somebody asks for what comes of them.
    async settled() {
      const held = last.ref;
      await held.blockUntilReady();
      held.dispose();
    },
    loss: async () => (await last.ref.data())[0],
  };
}
