"""Operations that go element by element."""

import torch

from golden import uniform, whole
from operations import BROADCASTS, SHAPES, case, operation


def pairs(smooth=True, **second):
    return [case(uniform(*a), uniform(*b, **second), smooth=smooth) for a, b in BROADCASTS]


def each(low=-3.0, high=3.0, extreme=None):
    cases = [case(uniform(*shape, low=low, high=high)) for shape in SHAPES]
    if extreme is not None:
        cases.append(case(uniform(301, low=extreme[0], high=extreme[1]), smooth=False))
    return cases


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


def grid(count):
    return [case(whole(*a, count=count), whole(*b, count=count), smooth=False) for a, b in BROADCASTS]


@operation(*grid(3))
def gt(a, b):
    return (a > b).double()


@operation(*grid(3))
def eq(a, b):
    return (a == b).double()


@operation(
    *[case(whole(*a, count=2), uniform(*a), uniform(*b)) for a, b in BROADCASTS],
    case(whole(4, 1, count=2), uniform(3), uniform()),
)
def where(condition, a, b):
    return torch.where(condition != 0, a, b)


@operation(*each())
def neg(x):
    return -x


@operation(*each(extreme=(-80.0, 80.0)))
def exp(x):
    return x.exp()


@operation(*each(low=0.1, extreme=(1e-30, 1e-28)))
def log(x):
    return x.log()


@operation(*each(low=0.1, extreme=(1e6, 1e30)))
def sqrt(x):
    return x.sqrt()


@operation(*each(), case(whole(29, count=2), smooth=False))
def relu(x):
    return x.relu()


@operation(*each(extreme=(-100.0, 100.0)))
def sigmoid(x):
    return x.sigmoid()


@operation(*each(extreme=(-100.0, 100.0)))
def tanh(x):
    return x.tanh()
