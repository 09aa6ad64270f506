"""Products of matrices."""

import torch.nn.functional as F

from golden import uniform
from operations import case, operation


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
