"""Losses of examples."""

import torch
import torch.nn.functional as F

from golden import uniform, whole
from operations import case, operation
from operations.reductions import scores

REDUCTIONS = ["none", "mean", "sum"]


@operation(
    *scores(lambda n, k: whole(n, count=k)),
    case(uniform(2, 3, 4), whole(2, 4, count=3)),
    case(uniform(2, 5, 3, 4), whole(2, 3, 4, count=5)),
)
def cross_entropy(logits, labels):
    return F.cross_entropy(logits, labels.long(), reduction="none")


# PyTorch gives no gradient to weights of classes, so they are options.
WEIGHTS = [0.3, 1.0, 2.0, 0.1, 1.5, 0.7, 0.9, 3.0, 0.2, 1.1]


MATRICES = [(1, 1), (3, 4), (4, 10), (16, 10), (5, 2), (33, 7), (6, 3), (2, 5)]


def classified(shapes, *options):
    """Scores and labels, with one shape after the other for each set of options under each reduction."""
    cases = []
    for given in options:
        for reduction in REDUCTIONS:
            n, k, *places = shape = shapes[len(cases) % len(shapes)]
            chosen = {**given, "weight": WEIGHTS[:k] if given["weight"] else None, "reduction": reduction}
            cases.append(case(uniform(*shape, low=-3.0, high=3.0), whole(n, *places, count=k), **chosen))
    return cases


def vector(weight):
    return None if weight is None else torch.tensor(weight)


@operation(
    *classified(
        MATRICES + [(2, 3, 4), (2, 5, 3, 4)],
        {"weight": False, "smoothing": 0.1},
        {"weight": True, "smoothing": 0.0},
        {"weight": True, "smoothing": 0.3},
        {"weight": False, "smoothing": 0.0},
        {"weight": True, "smoothing": 1.0},
    )
)
def cross_entropy_with(logits, labels, weight, smoothing, reduction):
    return F.cross_entropy(logits, labels.long(), vector(weight), label_smoothing=smoothing, reduction=reduction)


@operation(
    *classified(
        MATRICES,
        {"weight": False, "p": 1, "margin": 1.0},
        {"weight": True, "p": 2, "margin": 1.0},
        {"weight": True, "p": 1, "margin": 0.4},
        {"weight": False, "p": 2, "margin": 2.5},
    ),
    case(whole(20, 4, count=3), whole(20, count=4), weight=None, p=1, margin=1.0, reduction="none", smooth=False),
)
def multi_margin_loss(scores, labels, weight, p, margin, reduction):
    return F.multi_margin_loss(scores, labels.long(), p, margin, vector(weight), reduction=reduction)


PAIRS = [[], [1], [5], [3, 4], [2, 3, 4], [16, 10], [7, 1], [2, 3, 4, 5], [300]]


def beside(target):
    """Output and target of many shapes, with one reduction after the other."""
    return [case(uniform(*s, low=-3.0, high=3.0), target(*s), reduction=REDUCTIONS[i % 3]) for i, s in enumerate(PAIRS)]


@operation(*beside(uniform))
def mse_loss(x, target, reduction):
    return F.mse_loss(x, target, reduction=reduction)


@operation(*beside(uniform), case(whole(9, count=2), whole(9, count=2), reduction="sum", smooth=False))
def l1_loss(x, target, reduction):
    return F.l1_loss(x, target, reduction=reduction)


def probability(*shape):
    return uniform(*shape, low=0.0, high=1.0)


@operation(
    *beside(probability),
    case(uniform(50, low=-100.0, high=100.0), whole(50, count=2), reduction="none", smooth=False),
    case(whole(9, count=1), whole(9, count=2), reduction="mean"),
)
def binary_cross_entropy_with_logits(x, target, reduction):
    return F.binary_cross_entropy_with_logits(x, target, reduction=reduction)


@operation(
    *[
        case(uniform(*s, low=-3.0, high=3.0), probability(*s), weight=WEIGHTS[: s[-1]], reduction=REDUCTIONS[i % 3])
        for i, s in enumerate([[1], [5], [3, 4], [2, 3, 4], [16, 10], [2, 3, 4, 5], [1, 7], [4, 2]])
    ]
)
def weighted_binary_cross_entropy(x, target, weight, reduction):
    return F.binary_cross_entropy_with_logits(x, target, pos_weight=vector(weight), reduction=reduction)
