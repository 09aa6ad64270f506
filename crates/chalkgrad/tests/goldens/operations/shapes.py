"""Operations that move elements."""

import builtins

import torch
import torch.nn.functional as F

from golden import uniform
from operations import case, operation


@operation(
    case(uniform(6), shape=[2, 3]),
    case(uniform(2, 3), shape=[6]),
    case(uniform(), shape=[1, 1]),
    case(uniform(1), shape=[]),
    case(uniform(2, 3, 4), shape=[4, 6]),
    case(uniform(4, 20, 4, 4), shape=[4, 320]),
    case(uniform(3, 8), shape=[2, 3, 2, 2]),
    case(uniform(2, 1, 5), shape=[1, 10, 1]),
)
def reshape(x, shape):
    return x.reshape(shape)


@operation(
    case(uniform(), axes=[]),
    case(uniform(5), axes=[0]),
    case(uniform(3, 4), axes=[1, 0]),
    case(uniform(2, 3, 4), axes=[2, 0, 1]),
    case(uniform(2, 3, 4), axes=[0, 2, 1]),
    case(uniform(2, 3, 4, 5), axes=[0, 2, 3, 1]),
    case(uniform(2, 3, 4, 5), axes=[3, 2, 1, 0]),
    case(uniform(33, 17), axes=[1, 0]),
    case(uniform(1, 6, 1, 2), axes=[2, 1, 0, 3]),
)
def permute(x, axes):
    return x.permute(axes) * 1.0


@operation(
    case(uniform(), shape=[]),
    case(uniform(), shape=[4, 3]),
    case(uniform(3), shape=[2, 3]),
    case(uniform(1), shape=[9]),
    case(uniform(4, 1), shape=[4, 6]),
    case(uniform(2, 1, 3, 1), shape=[2, 5, 3, 4]),
    case(uniform(1, 16, 1, 1), shape=[2, 16, 5, 5]),
    case(uniform(7, 1, 1), shape=[3, 7, 2, 5]),
)
def expand(x, shape):
    return x.expand(shape) * 1.0


@operation(
    case(uniform(2), uniform(3), axis=0),
    case(uniform(2, 3), uniform(2, 1), axis=1),
    case(uniform(2, 3), uniform(4, 3), uniform(1, 3), axis=0),
    case(uniform(2, 3, 4), uniform(2, 5, 4), axis=1),
    case(uniform(2, 3, 4, 5), uniform(2, 1, 4, 5), uniform(2, 2, 4, 5), axis=1),
    case(uniform(3, 2, 2), uniform(3, 2, 7), axis=2),
    case(uniform(4), axis=0),
    case(uniform(2, 0), uniform(2, 3), axis=1),
    case(*[uniform(3, 1 + i % 3) for i in range(12)], axis=1),
    case(uniform(1, 8, 6, 6), uniform(1, 4, 6, 6), uniform(1, 2, 6, 6), uniform(1, 2, 6, 6), axis=1),
)
def concat(*x, axis):
    return torch.cat(x, axis)


@operation(
    case(uniform(), uniform(), axis=0),
    case(uniform(3), uniform(3), axis=0),
    case(uniform(3), uniform(3), axis=1),
    case(uniform(2, 3), uniform(2, 3), uniform(2, 3), axis=0),
    case(uniform(2, 3), uniform(2, 3), uniform(2, 3), axis=1),
    case(uniform(2, 3), uniform(2, 3), uniform(2, 3), axis=2),
    case(uniform(2, 3, 4), axis=1),
    case(*[uniform(2, 2) for _ in range(10)], axis=1),
)
def stack(*x, axis):
    return torch.stack(x, axis)


@operation(
    case(uniform(7), axis=0, start=2, end=6, step=1),
    case(uniform(7), axis=0, start=0, end=7, step=2),
    case(uniform(7), axis=0, start=1, end=7, step=3),
    case(uniform(4, 9), axis=1, start=3, end=9, step=4),
    case(uniform(5, 3), axis=0, start=4, end=5, step=1),
    case(uniform(2, 6, 3), axis=1, start=1, end=5, step=2),
    case(uniform(2, 3, 4, 5), axis=3, start=0, end=3, step=1),
    case(uniform(2, 8, 4, 4), axis=1, start=4, end=8, step=1),
    case(uniform(2, 3, 8, 8), axis=2, start=0, end=8, step=2),
    case(uniform(3, 4), axis=0, start=1, end=1, step=1),
)
def slice(x, axis, start, end, step):
    places = [builtins.slice(None)] * x.dim()
    places[axis] = builtins.slice(start, end, step)
    return x[tuple(places)] * 1.0


@operation(
    case(uniform(7), axis=0, start=2, len=4),
    case(uniform(7), axis=0, start=0, len=7),
    case(uniform(7), axis=0, start=3, len=0),
    case(uniform(3, 4), axis=0, start=1, len=2),
    case(uniform(3, 4), axis=1, start=3, len=1),
    case(uniform(2, 3, 4), axis=1, start=0, len=2),
    case(uniform(2, 8, 3, 3), axis=1, start=4, len=4),
    case(uniform(2, 3, 4, 9), axis=3, start=1, len=5),
)
def narrow(x, axis, start, len):
    return x.narrow(axis, start, len) * 1.0


@operation(
    case(uniform(), axis=0),
    case(uniform(5), axis=0),
    case(uniform(5), axis=1),
    case(uniform(3, 4), axis=0),
    case(uniform(3, 4), axis=1),
    case(uniform(3, 4), axis=2),
    case(uniform(2, 3, 4), axis=1),
    case(uniform(2, 3, 4), axis=3),
)
def unsqueeze(x, axis):
    return x.unsqueeze(axis) * 1.0


@operation(
    case(uniform(1), axis=0),
    case(uniform(1, 4), axis=0),
    case(uniform(3, 1), axis=1),
    case(uniform(3, 4), axis=1),
    case(uniform(3, 1, 4), axis=1),
    case(uniform(1, 1, 1), axis=2),
    case(uniform(2, 3, 4, 1), axis=3),
    case(uniform(2, 1, 4, 5), axis=1),
)
def squeeze(x, axis):
    return x.squeeze(axis) * 1.0


@operation(
    case(uniform(7), axis=0, index=0),
    case(uniform(7), axis=0, index=6),
    case(uniform(3, 4), axis=0, index=2),
    case(uniform(3, 4), axis=1, index=1),
    case(uniform(2, 3, 4), axis=1, index=0),
    case(uniform(2, 3, 4), axis=2, index=3),
    case(uniform(2, 3, 4, 5), axis=2, index=1),
    case(uniform(1, 1), axis=0, index=0),
)
def select(x, axis, index):
    return x.select(axis, index) * 1.0


@operation(
    case(uniform(), axes=[]),
    case(uniform(5), axes=[0]),
    case(uniform(3, 4), axes=[0]),
    case(uniform(3, 4), axes=[1]),
    case(uniform(3, 4), axes=[1, 0]),
    case(uniform(2, 3, 4), axes=[0, 2]),
    case(uniform(2, 3, 8, 8), axes=[3]),
    case(uniform(2, 3, 4, 5), axes=[1, 2, 3]),
)
def flip(x, axes):
    return x.flip(axes)


@operation(
    case(uniform(5), amounts=[[1, 2]], value=0.0),
    case(uniform(5), amounts=[[0, 3]], value=-2.5),
    case(uniform(3, 4), amounts=[[1, 0]], value=0.0),
    case(uniform(3, 4), amounts=[[2, 1], [0, 2]], value=0.0),
    case(uniform(3, 4), amounts=[[2, 1], [1, 1]], value=1.5),
    case(uniform(2, 3, 5, 4), amounts=[[1, 1], [2, 2]], value=0.0),
    case(uniform(2, 3, 5, 4), amounts=[[0, 0], [4, 4]], value=7.0),
    case(uniform(2, 3, 4, 4), amounts=[[1, 0], [0, 1], [1, 1]], value=0.0),
    case(uniform(2, 2), amounts=[[0, 0]], value=3.0),
)
def pad(x, amounts, value):
    return F.pad(x, [amount for axis in reversed(amounts) for amount in axis], value=value) * 1.0


@operation(
    case(uniform(3, 4), one=0, other=1),
    case(uniform(3, 4), one=1, other=1),
    case(uniform(2, 3, 4), one=0, other=2),
    case(uniform(2, 3, 4), one=2, other=1),
    case(uniform(2, 3, 4, 5), one=1, other=3),
    case(uniform(2, 3, 4, 5), one=3, other=2),
    case(uniform(5), one=0, other=0),
    case(uniform(17, 33), one=1, other=0),
)
def transpose(x, one, other):
    return x.transpose(one, other) * 1.0


@operation(
    case(uniform(), first=0, last=0),
    case(uniform(5), first=0, last=0),
    case(uniform(3, 4), first=0, last=1),
    case(uniform(3, 4), first=1, last=1),
    case(uniform(2, 3, 4), first=1, last=2),
    case(uniform(2, 3, 4), first=0, last=1),
    case(uniform(2, 3, 4, 5), first=1, last=3),
    case(uniform(2, 3, 4, 5), first=1, last=2),
)
def flatten(x, first, last):
    return x.flatten(first, last) * 1.0
