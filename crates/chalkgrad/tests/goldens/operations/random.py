"""What becomes of numbers that are drawn: PyTorch draws others, so that both are given the same."""

import torch

from golden import uniform
from operations import case, operation


def dropped(shape, p, drawn=None):
    return case(uniform(*shape), uniform(*(drawn or shape), low=0.0, high=1.0), p=p)


@operation(
    dropped([], 0.5),
    dropped([7], 0.5),
    dropped([300], 0.1),
    dropped([3, 4], 0.0),
    dropped([3, 4], 1.0),
    dropped([16, 33], 0.8),
    dropped([2, 3, 4], 0.25),
    dropped([2, 3, 4, 5], 0.5),
    dropped([3, 8, 5, 4], 0.5, [3, 8, 1, 1]),
    dropped([2, 6, 7], 0.3, [2, 6, 1]),
)
def dropout(x, drawn, p):
    kept = (drawn >= p).expand_as(x)
    return torch.ops.aten.native_dropout_backward(x, kept, 0.0 if p == 1.0 else 1.0 / (1.0 - p))
