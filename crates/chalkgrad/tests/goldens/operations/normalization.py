"""Normalisation."""

import torch.nn.functional as F

from golden import uniform
from operations import case, operation


def batch(*shape, affine=True, low=-1.0, high=1.0):
    channels = shape[1]
    parameters = [uniform(channels, low=0.5, high=1.5), uniform(channels)] if affine else []
    return case(uniform(*shape, low=low, high=high), *parameters, eps=1e-5)


@operation(
    batch(2, 3),
    batch(64, 10),
    batch(5, 1, affine=False),
    batch(3, 4, 5),
    batch(2, 3, 4, 5),
    batch(2, 3, 4, 5, affine=False),
    batch(4, 16, 8, 8),
    batch(1, 2, 7, 3),
    batch(3, 5, 1, 1),
    batch(8, 2, 3, 3, low=2.0, high=5.0),
)
def batch_norm(x, weight=None, bias=None, *, eps):
    return F.batch_norm(x, None, None, weight, bias, training=True, eps=eps)


def used(*shape, affine=True, eps=1e-5):
    channels = shape[1]
    statistics = [uniform(channels), uniform(channels, low=0.5, high=2.0)]
    parameters = [uniform(channels, low=0.5, high=1.5), uniform(channels)] if affine else []
    return case(uniform(*shape), *statistics, *parameters, eps=eps)


@operation(
    used(1, 3),
    used(1, 1, affine=False),
    used(2, 3, 4),
    used(2, 3, 4, 5),
    used(2, 3, 4, 5, affine=False),
    used(3, 16, 5, 5),
    used(2, 4, 1, 1, eps=0.1),
    used(1, 2, 9, 4, eps=1e-3),
)
def batch_norm_with(x, mean, variance, weight=None, bias=None, *, eps):
    # PyTorch gives the running statistics no gradient: written out.
    mean, variance = [value.reshape(1, -1, *[1] * (x.dim() - 2)) for value in (mean, variance)]
    y = (x - mean) / (variance + eps).sqrt()
    if weight is not None:
        y = y * weight.reshape(mean.shape) + bias.reshape(mean.shape)
    return y


def layer(shape, axes, affine=True, bias=True, eps=1e-5):
    last = shape[len(shape) - axes :]
    parameters = [uniform(*last, low=0.5, high=1.5)] * affine + [uniform(*last)] * (affine and bias)
    return case(uniform(*shape), *parameters, axes=axes, eps=eps)


@operation(
    layer([6], 1),
    layer([4, 8], 1),
    layer([4, 8], 1, affine=False),
    layer([4, 8], 2),
    layer([2, 3, 64], 1),
    layer([2, 3, 5], 2, bias=False),
    layer([2, 3, 4, 5], 3),
    layer([2, 3, 4, 5], 1, eps=0.1),
    layer([30, 7], 1, bias=False),
)
def layer_norm(x, weight=None, bias=None, *, axes, eps):
    return F.layer_norm(x, x.shape[x.dim() - axes :], weight, bias, eps)
