"""Operations that move elements."""

from golden import uniform
from operations import case, operation


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
