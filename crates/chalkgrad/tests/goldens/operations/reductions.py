"""Operations that make one number of many, along axes."""

from golden import uniform, whole
from operations import case, operation


REDUCTIONS = [
    case(uniform(7), axes=[0], keep=False),
    case(uniform(1), axes=[0], keep=True),
    case(uniform(4, 5), axes=[0], keep=False),
    case(uniform(4, 5), axes=[1], keep=True),
    case(uniform(4, 5), axes=[0, 1], keep=False),
    case(uniform(3, 4, 5), axes=[1], keep=False),
    case(uniform(3, 4, 5), axes=[0, 2], keep=True),
    case(uniform(2, 16, 8, 8), axes=[0, 2, 3], keep=False),
    case(uniform(2, 3, 4, 5), axes=[2, 3], keep=False),
    case(uniform(2, 3, 4, 5), axes=[3, 1], keep=True),
    case(uniform(5, 1000), axes=[1], keep=False),
    case(uniform(1000, 5), axes=[0], keep=False),
]


@operation(*REDUCTIONS)
def sum_(x, axes, keep):
    return x.sum(axes, keepdim=keep)


@operation(*REDUCTIONS)
def mean(x, axes, keep):
    return x.mean(axes, keepdim=keep)


SCORES = [(1, 1), (1, 2), (3, 4), (4, 10), (64, 10), (5, 17), (2, 345), (33, 3), (7, 64)]


def scores(*more, **options):
    usual = [case(uniform(n, k, low=-3.0, high=3.0), *[spec(n, k) for spec in more]) for n, k in SCORES]
    large = [case(uniform(60, 5, low=-150.0, high=150.0), *[spec(60, 5) for spec in more], smooth=False)]
    return usual + large


@operation(*scores())
def softmax(x):
    return x.softmax(1)


@operation(*scores())
def log_softmax(x):
    return x.log_softmax(1)


@operation(*[case(uniform(n, k), smooth=False) for n, k in SCORES], case(whole(20, 9, count=3), smooth=False))
def argmax(x):
    return x.argmax(1).double()
