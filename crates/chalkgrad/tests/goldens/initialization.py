"""What PyTorch draws for its layers' parameters: the bounds, and the moments over many seeds."""

import math

import torch
from torch import nn

from golden import number, write


def moments(layer, arguments, count=64):
    drawn = {"weight": [], "bias": []}
    for draw in range(count):
        torch.manual_seed(draw)
        module = getattr(nn, layer)(*arguments)
        for name in drawn:
            drawn[name].append(module.get_parameter(name).detach().flatten())
    row = {"layer": layer, "arguments": arguments, "seeds": count}
    for name, values in drawn.items():
        values = torch.cat(values)
        bound = 1 / math.sqrt(module.weight[0].numel())
        assert values.abs().max() <= bound
        row[name] = {
            "bound": number(bound),
            "largest": number(values.abs().max()),
            "mean": number(values.mean()),
            "deviation": number(values.std()),
            "fourth": number((values**4).mean()),
        }
    return row


write(
    "initialization",
    [
        moments("Conv2d", [3, 16, 5]),
        moments("Conv2d", [16, 20, 5]),
        moments("Conv2d", [1, 64, 1]),
        moments("Linear", [320, 10]),
        moments("Linear", [784, 100]),
        moments("Linear", [2, 30]),
    ],
)
