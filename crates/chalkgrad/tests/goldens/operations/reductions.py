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


VARIANCES = [case(x, **options, correction=1 - i % 2) for i, ((x,), options, _) in enumerate(REDUCTIONS) if i != 1]


@operation(*VARIANCES)
def var(x, axes, correction, keep):
    return x.var(axes, correction=correction, keepdim=keep)


TIES = [case(whole(*[6] * rank, count=3), axes=axes, keep=False, smooth=False) for rank, axes in ((2, [1]), (3, [0, 2]))]
TIES += [case(whole(9, count=2), axes=[0], keep=True, smooth=False)]
TIES += [case(whole(3, 5, count=1), axes=[0, 1], keep=False, smooth=False)]


@operation(*REDUCTIONS, *TIES)
def amax(x, axes, keep):
    return x.amax(axes, keepdim=keep)


@operation(*REDUCTIONS, *TIES)
def amin(x, axes, keep):
    return x.amin(axes, keepdim=keep)


@operation(*REDUCTIONS, case(uniform(4, 30, low=-200.0, high=200.0), axes=[1], keep=False, smooth=False))
def logsumexp(x, axes, keep):
    return x.logsumexp(axes, keepdim=keep)


SCORES = [(1, 1), (1, 2), (3, 4), (4, 10), (64, 10), (5, 17), (2, 345), (33, 3), (7, 64)]


def scores(*more, **options):
    usual = [case(uniform(n, k, low=-3.0, high=3.0), *[spec(n, k) for spec in more], **options) for n, k in SCORES]
    large = [case(uniform(60, 5, low=-150.0, high=150.0), *[spec(60, 5) for spec in more], smooth=False, **options)]
    return usual + large


ALONG = [((7,), 0), ((4, 5), 0), ((2, 3, 4), 0), ((2, 3, 4), 1), ((2, 3, 4), 2), ((2, 5, 4, 3), 1), ((2, 3, 4, 5), 3)]
ALONG = [case(uniform(*shape, low=-3.0, high=3.0), axis=axis) for shape, axis in ALONG]


@operation(*scores(axis=1), *ALONG)
def softmax(x, axis):
    return x.softmax(axis)


@operation(*scores(axis=1), *ALONG)
def log_softmax(x, axis):
    return x.log_softmax(axis)


@operation(
    *[case(uniform(n, k), axes=[1], keep=False, smooth=False) for n, k in SCORES],
    case(whole(20, 9, count=3), axes=[1], keep=False, smooth=False),
    case(whole(20, 9, count=3), axes=[0], keep=True, smooth=False),
    case(whole(3, 4, 5, count=9), axes=[1], keep=False, smooth=False),
    case(whole(3, 4, 5, count=9), axes=[0], keep=True, smooth=False),
    case(uniform(3, 4, 5), axes=[0, 1, 2], keep=False, smooth=False),
    case(uniform(11), axes=[0], keep=False, smooth=False),
)
def argmax(x, axes, keep):
    return (x.argmax(axes[0], keepdim=keep) if len(axes) == 1 else x.argmax()).double()
