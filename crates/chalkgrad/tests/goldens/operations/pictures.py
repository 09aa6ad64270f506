"""Convolutions and pools."""

import torch.nn.functional as F

from golden import uniform, whole
from operations import case, operation


def conv(batch, size, weight, bias=True, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    out, channels, height, width = weight
    specs = [uniform(batch, channels * groups, *size), uniform(*weight)] + [uniform(out)] * bias
    options = {"kernel": [height, width], "stride": list(stride), "padding": list(padding)}
    if dilation != (1, 1):
        options["dilation"] = list(dilation)
    if groups != 1:
        options["groups"] = groups
    return case(*specs, **options)


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
    conv(2, (9, 8), (4, 3, 3, 3), dilation=(2, 2)),
    conv(1, (9, 12), (2, 3, 2, 3), stride=(2, 1), padding=(2, 3), dilation=(3, 2)),
    conv(2, (7, 7), (3, 2, 3, 3), bias=False, padding=(1, 1), dilation=(1, 3)),
    conv(1, (10, 11), (5, 2, 3, 2), stride=(2, 3), padding=(1, 1), dilation=(2, 4)),
    conv(2, (6, 7), (4, 3, 3, 3), padding=(1, 1), groups=2),
    conv(1, (6, 6), (9, 2, 3, 2), stride=(2, 2), padding=(1, 0), groups=3),
    conv(2, (5, 5), (6, 1, 1, 1), bias=False, groups=2),
    conv(2, (8, 9), (6, 1, 3, 3), padding=(1, 1), groups=6),
    conv(2, (9, 9), (5, 1, 3, 3), stride=(2, 2), padding=(1, 1), groups=5),
    conv(1, (7, 6), (8, 1, 3, 2), padding=(1, 1), groups=4),
    conv(1, (9, 9), (4, 1, 3, 3), padding=(2, 2), dilation=(2, 2), groups=4),
    conv(1, (9, 11), (6, 2, 2, 3), stride=(1, 2), padding=(1, 2), dilation=(3, 2), groups=2),
    conv(2, (16, 16), (32, 1, 3, 3), padding=(1, 1), groups=32),
)
def conv2d(x, weight, bias=None, *, kernel, stride, padding, dilation=(1, 1), groups=1):
    return F.conv2d(x, weight, bias, tuple(stride), tuple(padding), tuple(dilation), groups)


def transposed(batch, size, weight, bias=True, output_padding=(0, 0), groups=1, **options):
    """Weights are [in, out / groups, height, width] here."""
    into, out, *_ = weight
    _, given, smooth = conv(batch, size, weight, **options)
    specs = [uniform(batch, into, *size), uniform(*weight)] + [uniform(out * groups)] * bias
    return case(*specs, **given, output_padding=list(output_padding), groups=groups)


@operation(
    transposed(1, (3, 3), (1, 1, 2, 2)),
    transposed(2, (4, 5), (3, 4, 3, 3)),
    transposed(2, (4, 4), (3, 2, 2, 2), stride=(2, 2)),
    transposed(1, (5, 4), (4, 3, 4, 4), stride=(2, 2), padding=(1, 1)),
    transposed(2, (4, 5), (3, 2, 3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1)),
    transposed(1, (3, 4), (2, 3, 3, 2), bias=False, stride=(3, 2), padding=(0, 1), output_padding=(2, 0)),
    transposed(1, (4, 4), (2, 3, 3, 3), padding=(1, 2), dilation=(2, 3)),
    transposed(2, (3, 3), (4, 2, 3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1), groups=2),
    transposed(1, (5, 5), (6, 1, 3, 3), stride=(2, 1), padding=(1, 1), groups=6),
    transposed(1, (3, 2), (6, 2, 2, 3), stride=(2, 3), padding=(1, 1), dilation=(3, 2), output_padding=(1, 2), groups=3),
    transposed(1, (3, 3), (2, 2, 1, 1), stride=(2, 2), output_padding=(1, 1)),
    transposed(2, (4, 3), (3, 2, 2, 3), padding=(1, 2), dilation=(3, 2), output_padding=(2, 1)),
    transposed(1, (3, 4), (4, 2, 3, 2), stride=(2, 1), padding=(2, 3), dilation=(4, 5), output_padding=(3, 4), groups=2),
    transposed(1, (1, 2), (2, 1, 1, 2), bias=False, stride=(1, 2), dilation=(4, 6), output_padding=(3, 5)),
)
def conv_transpose2d(x, weight, bias=None, *, kernel, stride, padding, output_padding, dilation=(1, 1), groups=1):
    options = map(tuple, (stride, padding, output_padding))
    return F.conv_transpose2d(x, weight, bias, *options, groups, tuple(dilation))


def pool(x, kernel, stride, padding=(0, 0), smooth=True, **options):
    return case(x, kernel=list(kernel), stride=list(stride), padding=list(padding), smooth=smooth, **options)


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
ROUNDED_UP = [
    pool(uniform(1, 2, 5, 7), (2, 2), (2, 2), ceil_mode=True),
    pool(uniform(2, 2, 6, 6), (3, 3), (2, 2), ceil_mode=True),
    pool(uniform(1, 2, 5, 5), (2, 2), (3, 3), (1, 1), ceil_mode=True),
    pool(uniform(1, 2, 7, 8), (4, 3), (3, 2), (1, 1), ceil_mode=True),
    pool(uniform(1, 3, 2, 9), (3, 2), (2, 5), ceil_mode=True),
    pool(uniform(1, 2, 10, 10), (3, 3), (4, 3), (1, 0), ceil_mode=True),
    pool(uniform(1, 2, 8, 8), (3, 3), (2, 2), (1, 1), ceil_mode=True),
]


@operation(
    *POOLS,
    pool(whole(2, 3, 8, 8, count=2), (2, 2), (2, 2), smooth=False),
    pool(whole(1, 2, 7, 7, count=3), (3, 3), (2, 2), (1, 1), smooth=False),
    pool(whole(1, 2, 6, 6, count=1), (3, 3), (1, 1), (1, 1), smooth=False),
    pool(uniform(1, 2, 5, 5, low=-9.0, high=-8.0), (3, 3), (1, 1), (1, 1)),
    *ROUNDED_UP,
    pool(whole(1, 2, 7, 7, count=3), (2, 2), (2, 2), ceil_mode=True, smooth=False),
    pool(uniform(2, 2, 7, 8), (3, 2), (1, 1), dilation=[2, 3]),
    pool(uniform(1, 2, 9, 7), (3, 3), (2, 1), (1, 1), dilation=[3, 2]),
    pool(uniform(1, 3, 8, 11), (2, 3), (3, 5), (1, 0), dilation=[2, 2]),
    pool(uniform(1, 2, 10, 9), (4, 2), (3, 2), (2, 1), dilation=[2, 4], ceil_mode=True),
    pool(whole(1, 2, 8, 8, count=3), (3, 3), (2, 2), (1, 1), dilation=[2, 2], smooth=False),
)
def max_pool2d(x, kernel, stride, padding, dilation=(1, 1), ceil_mode=False):
    return F.max_pool2d(x, tuple(kernel), tuple(stride), tuple(padding), tuple(dilation), ceil_mode)


def without_padding(pools):
    return [(specs, {**options, "count_include_pad": False}, smooth) for specs, options, smooth in pools]


@operation(*POOLS, *ROUNDED_UP, *without_padding(POOLS[3:] + ROUNDED_UP))
def avg_pool2d(x, kernel, stride, padding, ceil_mode=False, count_include_pad=True):
    return F.avg_pool2d(x, tuple(kernel), tuple(stride), tuple(padding), ceil_mode, count_include_pad)


RESIZES = [
    ((1, 1, 4, 4), (2, 2)),
    ((2, 3, 7, 5), (3, 4)),
    ((2, 2, 3, 4), (7, 9)),
    ((1, 4, 6, 6), (1, 1)),
    ((1, 2, 1, 1), (3, 2)),
    ((2, 1, 5, 8), (5, 4)),
    ((1, 2, 4, 3), (4, 3)),
    ((1, 3, 16, 9), (32, 7)),
    ((1, 2, 13, 10), (6, 11)),
]


@operation(*[case(uniform(*shape), size=list(size)) for shape, size in RESIZES])
def adaptive_avg_pool2d(x, size):
    return F.adaptive_avg_pool2d(x, tuple(size))


@operation(
    *[case(uniform(*shape), size=list(size)) for shape, size in RESIZES],
    case(whole(1, 2, 7, 7, count=2), size=[3, 4], smooth=False),
    case(whole(1, 2, 6, 4, count=3), size=[3, 2], smooth=False),
)
def adaptive_max_pool2d(x, size):
    return F.adaptive_max_pool2d(x, tuple(size))


FACTORS = [
    ((1, 2, 3, 4), (2.0, 2.0)),
    ((2, 1, 5, 7), (0.5, 0.3)),
    ((1, 3, 6, 5), (1.7, 2.6)),
    ((1, 2, 3, 3), (1.3, 2.3)),
    ((2, 2, 9, 2), (1.0, 3.0)),
]


def interpolations(mode, **options):
    sizes = [case(uniform(*shape), size=list(size), mode=mode, **options) for shape, size in RESIZES]
    factors = [case(uniform(*shape), scale_factor=list(factor), mode=mode, **options) for shape, factor in FACTORS]
    return sizes + factors


@operation(
    *interpolations("nearest"),
    *interpolations("bilinear", align_corners=False),
    *interpolations("bilinear", align_corners=True),
)
def interpolate(x, size=None, scale_factor=None, mode="nearest", align_corners=None):
    size = size and tuple(size)
    scale_factor = scale_factor and tuple(scale_factor)
    return F.interpolate(x, size, scale_factor, mode, align_corners)
