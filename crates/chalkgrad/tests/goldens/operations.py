"""Every operation over shapes and options, and its inputs' gradients for the loss Σ output × weights."""

import torch
import torch.nn.functional as F

from golden import fill, golden, uniform, whole, write


def operation(*cases):
    """Writes the decorated function's output and gradients over `cases`; its name is the operation's."""

    def record(function):
        name = function.__name__.rstrip("_")
        rows = []
        for index, (specs, options, smooth) in enumerate(cases):
            title = f"{name}/{index}"
            inputs = [fill(f"{title}/{place}", spec).requires_grad_() for place, spec in enumerate(specs)]
            output = function(*inputs, **options)
            loss = (output * fill(f"{title}/weights", uniform(*output.shape))).sum()
            if loss.requires_grad:
                loss.backward()
            gradients = [torch.zeros_like(x) if x.grad is None else x.grad for x in inputs]
            rows.append(
                {
                    "options": options,
                    "inputs": specs,
                    "smooth": smooth,
                    "output": golden(f"{title}/output", output),
                    "gradients": [golden(f"{title}/gradient/{i}", g) for i, g in enumerate(gradients)],
                }
            )
        write(name, rows)
        return function

    return record


def case(*specs, smooth=True, **options):
    """Inputs and options. Not `smooth`: at a kink or a step, where finite differences say something else."""
    return specs, options, smooth


# Operations, element by element

BROADCASTS = [
    ([], []),
    ([], [2, 3]),
    ([5], [5]),
    ([4, 3], [3]),
    ([4, 1], [1, 5]),
    ([3, 1, 5], [4, 1]),
    ([2, 3, 4, 5], [1, 3, 1, 1]),
    ([2, 3, 4, 5], [3, 4, 1]),
    ([1], [7]),
    ([64, 33], [64, 33]),
]
SHAPES = [[], [1], [3], [4], [7], [2, 3], [5, 16], [2, 3, 4, 5], [1031]]


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


# Operations that move or add up


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


# Matrices and pictures

MATRICES = [(1, 1, 1), (1, 5, 1), (3, 4, 5), (7, 1, 9), (8, 8, 8), (17, 33, 9), (64, 48, 10), (2, 100, 3), (33, 65, 31)]


@operation(*[case(uniform(m, k), uniform(k, n)) for m, k, n in MATRICES])
def matmul(a, b):
    return a @ b


@operation(
    *[case(uniform(m, k), uniform(n, k), uniform(n)) for m, k, n in MATRICES + [(4, 320, 10)]],
    case(uniform(6, 7), uniform(3, 7)),
)
def linear(x, weight, bias=None):
    return F.linear(x, weight, bias)


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


# Scores and losses

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


@operation(*scores(lambda n, k: whole(n, count=k)))
def cross_entropy(logits, labels):
    return F.cross_entropy(logits, labels.long(), reduction="none")


# Expressions: nodes that are read more than once, and chains


@operation(*[case(uniform(*s), uniform(*s), uniform(*s)) for s in SHAPES])
def sum_times(x, y, z):
    return (x + y) * z


@operation(*[case(uniform(*a), uniform(*b)) for a, b in BROADCASTS])
def shared(x, y):
    z = x * y + x.tanh()
    return (z * z + x.exp()) / (1.0 + y.sigmoid() * z.sigmoid())
