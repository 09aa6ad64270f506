"""Rows and elements by index."""

import torch.nn.functional as F

from golden import uniform, whole
from operations import case, operation


@operation(
    case(uniform(5), whole(3, count=5), axis=0),
    case(uniform(5), whole(9, count=5), axis=0),
    case(uniform(3, 4), whole(3, 2, count=4), axis=1),
    case(uniform(3, 4), whole(7, 4, count=3), axis=0),
    case(uniform(3, 4), whole(2, 4, count=4), axis=1),
    case(uniform(2, 3, 4), whole(2, 5, 4, count=3), axis=1),
    case(uniform(2, 3, 4), whole(1, 3, 2, count=2), axis=0),
    case(uniform(2, 3, 4, 5), whole(2, 2, 3, 6, count=5), axis=3),
    case(uniform(6, 10), whole(6, 1, count=10), axis=1),
)
def gather(x, index, axis):
    return x.gather(axis, index.long())


@operation(
    case(uniform(5), whole(3, count=5), axis=0),
    case(uniform(4, 3), whole(9, count=4), axis=0),
    case(uniform(4, 3), whole(2, count=3), axis=1),
    case(uniform(2, 5, 3), whole(4, count=5), axis=1),
    case(uniform(2, 5, 3), whole(1, count=2), axis=0),
    case(uniform(2, 5, 3), whole(8, count=3), axis=2),
    case(uniform(2, 3, 4, 5), whole(6, count=3), axis=1),
    case(uniform(1, 1), whole(3, count=1), axis=0),
)
def index_select(x, index, axis):
    return x.index_select(axis, index.long())


@operation(
    case(whole(count=5), uniform(5, 3)),
    case(whole(4, count=5), uniform(5, 3)),
    case(whole(4, count=5), uniform(5, 1)),
    case(whole(2, 3, count=7), uniform(7, 4)),
    case(whole(2, 3, 2, count=2), uniform(2, 8)),
    case(whole(64, count=10), uniform(10, 16)),
    case(whole(1, count=1), uniform(1, 1)),
    case(whole(3, 9, count=345), uniform(345, 5)),
)
def embedding(index, weight):
    return F.embedding(index.long(), weight)


@operation(
    case(whole(count=5), classes=5),
    case(whole(7, count=5), classes=5),
    case(whole(7, count=5), classes=9),
    case(whole(2, 3, count=4), classes=4),
    case(whole(2, 3, 2, count=2), classes=2),
    case(whole(1, count=1), classes=1),
    case(whole(64, count=10), classes=10),
    case(whole(5, 1, count=3), classes=3),
)
def one_hot(index, classes):
    return F.one_hot(index.long(), classes).double()
