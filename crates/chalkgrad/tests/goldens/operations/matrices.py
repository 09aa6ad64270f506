"""Products of matrices."""

import torch.nn.functional as F

from golden import uniform
from operations import case, operation


MATRICES = [(1, 1, 1), (1, 5, 1), (3, 4, 5), (7, 1, 9), (8, 8, 8), (17, 33, 9), (64, 48, 10), (2, 100, 3), (33, 65, 31)]


STACKS = [
    ([2, 3, 4], [2, 4, 5]),
    ([7, 1, 3], [7, 3, 1]),
    ([2, 3, 4], [4, 5]),
    ([3, 4], [2, 4, 5]),
    ([2, 1, 3, 4], [3, 4, 2]),
    ([1, 5, 6], [4, 6, 3]),
    ([3, 17, 33], [3, 33, 9]),
    ([2, 2, 2, 3], [2, 2, 3, 2]),
    ([4], [4]),
    ([5], [5, 3]),
    ([3, 5], [5]),
    ([6], [2, 6, 4]),
    ([2, 3, 6], [6]),
]


@operation(
    *[case(uniform(m, k), uniform(k, n)) for m, k, n in MATRICES],
    *[case(uniform(*a), uniform(*b)) for a, b in STACKS],
)
def matmul(a, b):
    return a @ b


@operation(
    *[case(uniform(m, k), uniform(n, k), uniform(n)) for m, k, n in MATRICES + [(4, 320, 10)]],
    case(uniform(6, 7), uniform(3, 7)),
    case(uniform(5), uniform(3, 5), uniform(3)),
    case(uniform(2, 3, 5), uniform(4, 5), uniform(4)),
    case(uniform(2, 1, 3, 6), uniform(2, 6)),
)
def linear(x, weight, bias=None):
    return F.linear(x, weight, bias)
