"""Nodes that are read more than once, and chains."""

from golden import uniform
from operations import BROADCASTS, SHAPES, case, operation


@operation(*[case(uniform(*s), uniform(*s), uniform(*s)) for s in SHAPES])
def sum_times(x, y, z):
    return (x + y) * z


@operation(*[case(uniform(*a), uniform(*b)) for a, b in BROADCASTS])
def shared(x, y):
    z = x * y + x.tanh()
    return (z * z + x.exp()) / (1.0 + y.sigmoid() * z.sigmoid())
