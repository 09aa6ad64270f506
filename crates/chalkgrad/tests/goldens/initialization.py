"""How PyTorch's parameters begin: the bounds and moments, over many seeds, of each function of torch.nn.init and of each
layer's default. What is not random is kept as it is."""

import math

import torch
from torch import nn

from golden import number, write

SEEDS = 64


def moments(draw, bounded):
    """What a tensor looks like that `draw` makes anew for each seed: its moments, and its range if that is a bound and not luck."""
    tensors = []
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        tensors.append(draw().detach())
    shape, values = list(tensors[0].shape), torch.cat([tensor.flatten() for tensor in tensors])
    if all(torch.equal(tensor, tensors[0]) for tensor in tensors):
        return {"shape": shape, "values": [number(value) for value in tensors[0].flatten()]}
    mean = values.mean()
    row = {"shape": shape, "mean": number(mean), "deviation": number(values.std(correction=0))}
    row |= {"fourth": number(((values - mean) ** 4).mean()), "zeros": number((values == 0).double().mean())}
    return row | ({"low": number(values.min()), "high": number(values.max())} if bounded else {})


def layer(name, *arguments, groups=None):
    """The parameters of a layer as it is made."""
    make = lambda: getattr(nn, name)(*arguments, **({} if groups is None else {"groups": groups}))
    draw = lambda parameter: moments(lambda: make().get_parameter(parameter), name != "Embedding")
    parameters = {parameter: draw(parameter) for parameter, _ in make().named_parameters()}
    return {"layer": name, "arguments": arguments, "groups": groups or 1, "parameters": parameters}


def function(name, shape, bounded=False, **arguments):
    """A function of torch.nn.init."""
    draw = lambda: getattr(nn.init, name + "_")(torch.empty(shape), **arguments)
    return {"function": name, "arguments": arguments, **moments(draw, bounded)}


def refused(name, shape, **arguments):
    """What PyTorch does not take."""
    try:
        getattr(nn.init, name + "_")(torch.empty(shape), **arguments)
    except (ValueError, RuntimeError, ZeroDivisionError):
        return {"function": name, "arguments": arguments, "shape": shape}
    raise AssertionError(f"PyTorch takes {name} of {shape}")


write(
    "layer_initialization",
    [
        layer("Conv2d", 3, 16, 5),
        layer("Conv2d", 16, 20, 5),
        layer("Conv2d", 1, 64, 1),
        layer("Conv2d", 24, 16, (3, 5), groups=4),
        layer("Conv2d", 32, 32, 3, groups=32),
        layer("ConvTranspose2d", 16, 24, 3),
        layer("ConvTranspose2d", 3, 40, (2, 4)),
        layer("ConvTranspose2d", 12, 24, 2, groups=4),
        layer("ConvTranspose2d", 20, 20, 3, groups=20),
        layer("Linear", 320, 10),
        layer("Linear", 784, 100),
        layer("Linear", 2, 30),
        layer("Linear", 1, 1),
        layer("Embedding", 40, 16),
        layer("Embedding", 7, 100),
        layer("BatchNorm1d", 7),
        layer("BatchNorm2d", 5),
        layer("LayerNorm", 6),
        layer("LayerNorm", (3, 4)),
    ],
)

write(
    "initialization",
    [
        function("uniform", [40, 30], bounded=True, a=0.0, b=1.0),
        function("uniform", [1000], bounded=True, a=-0.3, b=0.7),
        function("normal", [40, 30], mean=0.0, std=1.0),
        function("normal", [1000], mean=2.0, std=0.1),
        function("constant", [3, 4], val=0.3),
        function("ones", [7]),
        function("zeros", [2, 3, 1]),
        function("eye", [3, 5]),
        function("eye", [5, 3]),
        function("dirac", [4, 3, 3]),
        function("dirac", [3, 4, 3, 2]),
        function("dirac", [6, 2, 3, 3], groups=2),
        function("dirac", [4, 4, 1, 2, 3], groups=4),
        function("xavier_uniform", [40, 30], bounded=True, gain=1.0),
        function("xavier_uniform", [16, 8, 5, 3], bounded=True, gain=1.6),
        function("xavier_normal", [40, 30], gain=1.0),
        function("xavier_normal", [16, 8, 3], gain=0.5),
        function("kaiming_uniform", [40, 30], bounded=True, a=0.0, mode="fan_in", nonlinearity="leaky_relu"),
        function("kaiming_uniform", [16, 8, 5, 3], bounded=True, a=math.sqrt(5), mode="fan_in", nonlinearity="leaky_relu"),
        function("kaiming_uniform", [16, 8, 3, 3], bounded=True, a=0.2, mode="fan_out", nonlinearity="relu"),
        function("kaiming_normal", [16, 8, 5, 3], a=0.2, mode="fan_out", nonlinearity="leaky_relu"),
        function("kaiming_normal", [40, 30], a=0.0, mode="fan_in", nonlinearity="linear"),
        function("kaiming_normal", [40, 30], a=0.0, mode="fan_in", nonlinearity="sigmoid"),
        function("kaiming_normal", [40, 30], a=0.0, mode="fan_out", nonlinearity="tanh"),
        function("kaiming_normal", [40, 30], a=0.0, mode="fan_out", nonlinearity="selu"),
        function("trunc_normal", [40, 30], bounded=True, mean=0.0, std=1.0, a=-2.0, b=2.0),
        function("trunc_normal", [40, 30], mean=0.0, std=0.02, a=-2.0, b=2.0),
        function("trunc_normal", [40, 30], mean=1.0, std=0.5, a=1.2, b=3.0),
        function("trunc_normal", [40, 30], bounded=True, mean=-1.0, std=1.0, a=0.0, b=0.5),
        function("trunc_normal", [1000], mean=0.0, std=1.0, a=3.0, b=9.0),
        function("orthogonal", [20, 20], gain=1.0),
        function("orthogonal", [30, 8], gain=1.5),
        function("orthogonal", [8, 4, 3, 3], gain=1.0),
        function("sparse", [40, 30], sparsity=0.1, std=0.01),
        function("sparse", [7, 50], sparsity=0.5, std=1.0),
    ],
)

write(
    "refused_initialization",
    [
        refused("uniform", [3], a=1.0, b=0.0),
        refused("normal", [3], mean=0.0, std=-1.0),
        refused("trunc_normal", [3], mean=0.0, std=1.0, a=2.0, b=1.0),
        refused("trunc_normal", [3], mean=0.0, std=0.0, a=-1.0, b=1.0),
        refused("eye", [3]),
        refused("eye", [3, 3, 3]),
        refused("dirac", [3, 3]),
        refused("dirac", [2, 2, 2, 2, 2, 2]),
        refused("dirac", [4, 4, 3], groups=3),
        refused("xavier_uniform", [3], gain=1.0),
        refused("xavier_uniform", [3, 4], gain=-1.0),
        refused("xavier_normal", [], gain=1.0),
        refused("xavier_normal", [3, 4], gain=-1.0),
        refused("kaiming_uniform", [5], a=0.0, mode="fan_in", nonlinearity="relu"),
        refused("kaiming_normal", [], a=0.0, mode="fan_out", nonlinearity="relu"),
        refused("orthogonal", [4], gain=1.0),
        refused("sparse", [4], sparsity=0.1, std=0.01),
        refused("sparse", [4, 4, 4], sparsity=0.1, std=0.01),
    ],
)
