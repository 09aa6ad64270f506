"""Every operation over shapes and options, and its inputs' gradients for the loss Σ output × weights. What the files
of this folder share; each holds one theme."""

import torch

from golden import fill, golden, uniform, write


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


def each(low=-3.0, high=3.0, extreme=None):
    cases = [case(uniform(*shape, low=low, high=high)) for shape in SHAPES]
    if extreme is not None:
        cases.append(case(uniform(301, low=extreme[0], high=extreme[1]), smooth=False))
    return cases
