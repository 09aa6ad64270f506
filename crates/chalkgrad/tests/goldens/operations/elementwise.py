"""Operations that go element by element."""

import torch

from golden import uniform, whole
from operations import BROADCASTS, SHAPES, case, each, operation


def pairs(smooth=True, **second):
    return [case(uniform(*a), uniform(*b, **second), smooth=smooth) for a, b in BROADCASTS]


@operation(*pairs())
def add(a, b):
    return a + b


@operation(*pairs())
def sub(a, b):
    return a - b


@operation(*pairs())
def mul(a, b):
    return a * b


@operation(*pairs(low=0.5, high=2.0))
def div(a, b):
    return a / b


@operation(*[case(uniform(*a, low=0.2, high=3.0), uniform(*b, low=-3.0, high=3.0)) for a, b in BROADCASTS])
def pow_(a, b):
    return a**b


# Negative bases have powers with whole exponents only; 0 has one with exponent 0.
EXPONENTS = [2.0, 3.0, -1.0, -2.0, 0.0, 1.0, 5.0, 4.0]
POWERS = [case(uniform(*shape, low=-2.0, high=2.0), exponent=e) for shape, e in zip(SHAPES, EXPONENTS)]
POWERS += [case(whole(9, count=3), exponent=e, smooth=False) for e in (0.0, 1.0, 2.0, 0.5 + 1.0)]
POWERS += [case(uniform(40, low=0.01, high=2.0), exponent=e) for e in (0.5, -0.5, 2.5, 17.0)]
POWERS += [case(uniform(40, low=1e3, high=1e4), exponent=e, smooth=False) for e in (9.0, -8.5)]


@operation(*POWERS)
def pow_number(x, exponent):
    return x**exponent


def grid(count):
    return [case(whole(*a, count=count), whole(*b, count=count), smooth=False) for a, b in BROADCASTS]


@operation(*grid(3))
def gt(a, b):
    return (a > b).double()


@operation(*grid(3))
def eq(a, b):
    return (a == b).double()


@operation(*grid(3))
def ge(a, b):
    return (a >= b).double()


@operation(*grid(3))
def lt(a, b):
    return (a < b).double()


@operation(*grid(3))
def le(a, b):
    return (a <= b).double()


@operation(*grid(3))
def ne(a, b):
    return (a != b).double()


@operation(*pairs(), *grid(3))
def maximum(a, b):
    return torch.maximum(a, b)


@operation(*pairs(), *grid(3))
def minimum(a, b):
    return torch.minimum(a, b)


BOUNDS = [(-0.5, 0.5), (None, 0.3), (-0.2, None), (0.4, -0.4), (0.0, 0.0), (-1.0, 2.0), (0.1, 0.2)]


@operation(
    *[case(uniform(*shape, low=-1.0, high=1.0), min=low, max=high) for shape, (low, high) in zip(SHAPES[2:], BOUNDS)],
    *[case(whole(20, count=4), min=low, max=high, smooth=False) for low, high in ((1.0, 2.0), (None, 1.0), (3.0, None))],
)
def clamp(x, min, max):
    return x.clamp(min, max)


@operation(
    *[case(whole(*a, count=2), uniform(*a), uniform(*b)) for a, b in BROADCASTS],
    case(whole(4, 1, count=2), uniform(3), uniform()),
)
def where(condition, a, b):
    return torch.where(condition != 0, a, b)


@operation(*each())
def neg(x):
    return -x


@operation(*each(), case(whole(29, count=2), smooth=False))
def abs_(x):
    return x.abs()


@operation(*each(extreme=(-80.0, 80.0)))
def exp(x):
    return x.exp()


@operation(*each(extreme=(-80.0, 80.0)), case(uniform(50, low=-1e-4, high=1e-4), smooth=False))
def expm1(x):
    return x.expm1()


@operation(*each(low=0.1, extreme=(1e-30, 1e-28)))
def log(x):
    return x.log()


@operation(*each(low=-0.9, extreme=(0.0, 1e30)), case(uniform(50, low=-1e-4, high=1e-4), smooth=False))
def log1p(x):
    return x.log1p()


@operation(*each(low=0.1, extreme=(1e6, 1e30)))
def sqrt(x):
    return x.sqrt()


@operation(*each(extreme=(-1e5, 1e5)))
def sin(x):
    return x.sin()


@operation(*each(extreme=(-1e5, 1e5)))
def cos(x):
    return x.cos()


@operation(*each(extreme=(-100.0, 100.0)), case(uniform(50, low=-1e-4, high=1e-4), smooth=False))
def erf(x):
    return x.erf()
