"""Convolutions and pools."""

import torch.nn.functional as F

from golden import uniform, whole
from operations import case, operation


def conv(batch, size, weight, bias=True, stride=(1, 1), padding=(0, 0)):
    out, channels, height, width = weight
    specs = [uniform(batch, channels, *size), uniform(*weight)] + [uniform(out)] * bias
    return case(*specs, kernel=[height, width], stride=list(stride), padding=list(padding))


@operation(
    conv(1, (5, 5), (1, 1, 3, 3)),
    conv(2, (8, 8), (4, 3, 5, 5), padding=(2, 2)),
    conv(2, (7, 9), (4, 3, 3, 2), stride=(2, 1), padding=(1, 0)),
    conv(1, (6, 6), (3, 2, 1, 1)),
    conv(2, (5, 5), (2, 4, 5, 5)),
    conv(1, (9, 9), (2, 3, 3, 3), stride=(2, 2), padding=(1, 1)),
    conv(3, (4, 4), (2, 1, 2, 2), bias=False, stride=(2, 2)),
    conv(1, (11, 7), (3, 2, 4, 3), stride=(3, 3), padding=(2, 1)),
    conv(1, (5, 5), (2, 2, 3, 3), padding=(3, 3)),
    conv(2, (6, 6), (4, 3, 2, 4), bias=False, stride=(1, 2), padding=(1, 3)),
    conv(1, (32, 32), (16, 3, 5, 5), padding=(2, 2)),
    conv(1, (16, 16), (20, 16, 5, 5), padding=(2, 2)),
    conv(3, (8, 8), (20, 20, 5, 5), padding=(2, 2)),
    conv(2, (8, 10), (5, 3, 3, 3), stride=(3, 2)),
    conv(1, (12, 13), (2, 1, 9, 11), padding=(4, 5)),
    conv(2, (6, 5), (3, 4, 1, 1), stride=(2, 2)),
    conv(2, (7, 1), (3, 2, 3, 1), padding=(1, 0)),
)
def conv2d(x, weight, bias=None, *, kernel, stride, padding):
    return F.conv2d(x, weight, bias, tuple(stride), tuple(padding))


def pool(x, kernel, stride, padding=(0, 0), smooth=True):
    return case(x, kernel=list(kernel), stride=list(stride), padding=list(padding), smooth=smooth)


POOLS = [
    pool(uniform(1, 1, 4, 4), (2, 2), (2, 2)),
    pool(uniform(2, 3, 8, 8), (2, 2), (2, 2)),
    pool(uniform(2, 2, 7, 7), (3, 3), (2, 2)),
    pool(uniform(2, 2, 7, 7), (3, 3), (2, 2), (1, 1)),
    pool(uniform(1, 2, 6, 5), (2, 3), (1, 1)),
    pool(uniform(1, 2, 6, 5), (2, 3), (2, 1), (1, 1)),
    pool(uniform(1, 3, 5, 5), (5, 5), (1, 1)),
    pool(uniform(2, 1, 5, 5), (2, 2), (3, 3), (1, 1)),
    pool(uniform(2, 16, 32, 32), (2, 2), (2, 2)),
    pool(uniform(1, 4, 9, 6), (4, 4), (1, 2), (2, 2)),
]


@operation(
    *POOLS,
    pool(whole(2, 3, 8, 8, count=2), (2, 2), (2, 2), smooth=False),
    pool(whole(1, 2, 7, 7, count=3), (3, 3), (2, 2), (1, 1), smooth=False),
    pool(whole(1, 2, 6, 6, count=1), (3, 3), (1, 1), (1, 1), smooth=False),
    pool(uniform(1, 2, 5, 5, low=-9.0, high=-8.0), (3, 3), (1, 1), (1, 1)),
)
def max_pool2d(x, kernel, stride, padding):
    return F.max_pool2d(x, tuple(kernel), tuple(stride), tuple(padding))


@operation(*POOLS)
def avg_pool2d(x, kernel, stride, padding):
    return F.avg_pool2d(x, tuple(kernel), tuple(stride), tuple(padding))
