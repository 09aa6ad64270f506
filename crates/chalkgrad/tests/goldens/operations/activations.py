"""Activation functions, at their kinks and far out too."""

import torch.nn.functional as F

from golden import uniform, whole
from operations import SHAPES, case, each, operation

KINK = case(whole(29, count=2), smooth=False)
FAR = (-100.0, 100.0)


def with_options(*options, extreme=FAR):
    """Every shape, with one set of options after the other; each set at 0 and far out."""
    usual = [case(uniform(*shape, low=-3.0, high=3.0), **options[i % len(options)]) for i, shape in enumerate(SHAPES)]
    far = [case(uniform(301, low=extreme[0], high=extreme[1]), smooth=False, **each) for each in options]
    return usual + far + [case(whole(29, count=2), smooth=False, **each) for each in options]


@operation(*each(), KINK)
def relu(x):
    return x.relu()


@operation(*each(extreme=FAR))
def sigmoid(x):
    return x.sigmoid()


@operation(*each(extreme=FAR))
def tanh(x):
    return x.tanh()


@operation(*with_options({"slope": 0.01}, {"slope": 0.3}, {"slope": -1.0}))
def leaky_relu(x, slope):
    return F.leaky_relu(x, slope)


@operation(*with_options({"alpha": 1.0}, {"alpha": 0.4}, {"alpha": 2.5}))
def elu(x, alpha):
    return F.elu(x, alpha)


@operation(*each(extreme=FAR), KINK)
def selu(x):
    return F.selu(x)


@operation(*each(extreme=FAR))
def gelu(x):
    return F.gelu(x)


@operation(*each(extreme=FAR))
def gelu_tanh(x):
    return F.gelu(x, approximate="tanh")


@operation(*each(extreme=(-80.0, 80.0)))
def silu(x):
    return F.silu(x)


@operation(
    *with_options({"beta": 1.0, "threshold": 20.0}, {"beta": 3.0, "threshold": 5.0}, {"beta": 0.5, "threshold": 40.0}),
    case(uniform(60, low=-30.0, high=-1.0), beta=1.0, threshold=20.0),
)
def softplus(x, beta, threshold):
    return F.softplus(x, beta, threshold)


@operation(*with_options({"min": -1.0, "max": 1.0}, {"min": 0.0, "max": 1.0}, {"min": -2.0, "max": 0.5}))
def hardtanh(x, min, max):
    return F.hardtanh(x, min, max)


@operation(*each(extreme=FAR))
def mish(x):
    return F.mish(x)


@operation(*each(extreme=FAR), case(whole(40, count=8), smooth=False))
def relu6(x):
    return F.relu6(x)


@operation(*each(), KINK)
def sin_relu(x):
    return x.sin() + x.relu()
