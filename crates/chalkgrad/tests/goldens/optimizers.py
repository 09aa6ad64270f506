"""Optimisers over 20 steps of a small network: with every setting, schedules, parameter groups and clipping."""

import fnmatch
import json

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from golden import golden, write
from networks import named, train
from schedules import scheduler

RULES = {
    "sgd": torch.optim.SGD,
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adadelta": torch.optim.Adadelta,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}
ARGUMENTS = {"learning_rate": "lr", "learning_rate_decay": "lr_decay", "epsilon": "eps"}


def small():
    return named("small", nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 4)))


def clipper(module, clip):
    """What to do between backward and the optimiser's step."""
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    kind, bound = clip
    return lambda: {"norm": clip_grad_norm_, "value": clip_grad_value_}[kind](parameters, bound)


def row(kind, *, schedule=None, decay_biases=True, groups=(), frozen=(), clip=None, **settings):
    """`groups` are patterns with their rate and decay multipliers, later ones over earlier ones."""
    module = small()
    rule = RULES[kind]([nn.Parameter(torch.zeros(1))], **{ARGUMENTS.get(key, key): settings[key] for key in settings})
    rule.param_groups.clear()
    for path, parameter in module.named_parameters():
        parameter.requires_grad_(not any(fnmatch.fnmatchcase(path, pattern) for pattern in frozen))
        rate, decay = 1.0, 1.0 if decay_biases or "weight" in path else 0.0
        for pattern, group_rate, group_decay in groups:
            if fnmatch.fnmatchcase(path, pattern):
                rate, decay = group_rate, group_decay
        own = {"lr": rule.defaults["lr"] * rate, "weight_decay": rule.defaults["weight_decay"] * decay}
        rule.add_param_group({"params": [parameter], **own})
    schedules = scheduler(rule, schedule) if schedule else None
    clipped = clipper(module, clip) if clip else None
    losses = train("small", module, rule, ([6], 8, 4), 20, schedules, clipped)
    title = json.dumps([kind, settings, schedule, decay_biases, groups, frozen, clip])
    return {
        "title": title,
        "kind": kind,
        "settings": settings,
        "schedule": schedule,
        "decay_biases": decay_biases,
        "groups": groups,
        "frozen": frozen,
        "clip": clip,
        "losses": losses,
        "parameters": {path: golden(f"{title}/{path}", p) for path, p in module.named_parameters()},
    }


one_cycle = {"kind": "one_cycle", "total_steps": 20}
cycle_rates = one_cycle | {"cycle_momentum": False}
write(
    "optimizers",
    [
        row("sgd"),
        row("sgd", learning_rate=0.1),
        row("sgd", learning_rate=0.1, momentum=0.9),
        row("sgd", learning_rate=0.1, momentum=0.9, nesterov=True),
        row("sgd", learning_rate=0.1, momentum=0.9, dampening=0.4),
        row("sgd", learning_rate=0.1, dampening=0.4),
        row("sgd", learning_rate=0.1, weight_decay=0.1),
        row("sgd", learning_rate=0.1, momentum=0.5, weight_decay=0.1, decay_biases=False),
        row("sgd", learning_rate=0.05, momentum=0.8, nesterov=True, weight_decay=0.01, frozen=["0.weight", "2.bias"]),
        row("sgd", learning_rate=0.5, momentum=0.9, schedule=one_cycle),
        row("sgd", learning_rate=0.2, schedule={"kind": "multi_step", "milestones": [5, 12]}),
        row("sgd", learning_rate=0.2, weight_decay=0.1, groups=[["*.bias", 2.0, 0.0], ["2.*", 0.1, 3.0]]),
        row("sgd", learning_rate=0.2, momentum=0.9, groups=[["0.*", 0.0, 1.0]], frozen=["2.bias"]),
        row("sgd", learning_rate=1.0, momentum=0.9, clip=["norm", 0.3]),
        row("sgd", learning_rate=1.0, clip=["norm", 0.2], frozen=["2.*"]),
        row("sgd", learning_rate=0.1, clip=["norm", 1e6]),
        row("sgd", learning_rate=1.0, momentum=0.5, weight_decay=0.1, clip=["value", 0.02]),
        row("adagrad"),
        row("adagrad", learning_rate=0.1, learning_rate_decay=0.1, weight_decay=0.1),
        row("adagrad", learning_rate=0.1, initial_accumulator_value=0.1, epsilon=1e-3),
        row("adagrad", learning_rate=0.2, frozen=["*.weight"], schedule=cycle_rates),
        row("adagrad", learning_rate=0.2, clip=["norm", 0.1]),
        row("rmsprop"),
        row("rmsprop", learning_rate=0.01, alpha=0.9, epsilon=1e-3, weight_decay=0.1),
        row("rmsprop", learning_rate=0.01, momentum=0.5, alpha=0.8),
        row("rmsprop", learning_rate=0.01, centered=True, alpha=0.9, epsilon=1e-3),
        row("rmsprop", learning_rate=0.01, centered=True, momentum=0.9, weight_decay=0.01, groups=[["0.*", 0.5, 0.0]]),
        row("rmsprop", learning_rate=0.01, momentum=0.9, schedule=one_cycle),
        row("adadelta"),
        row("adadelta", learning_rate=0.5, rho=0.95, epsilon=1e-8, weight_decay=0.1),
        row("adadelta", weight_decay=1e-4, decay_biases=False),
        row("adadelta", learning_rate=2.0, schedule=cycle_rates),
        row("adadelta", learning_rate=2.0, clip=["norm", 0.1]),
        row("adam"),
        row("adam", learning_rate=0.05, weight_decay=0.5),
        row("adam", learning_rate=0.05, betas=[0.8, 0.9], epsilon=1e-3, amsgrad=True),
        row("adam", learning_rate=0.05, schedule=one_cycle),
        row("adam", learning_rate=0.01, weight_decay=0.1, groups=[["2.weight", 3.0, 0.5]], clip=["norm", 0.2]),
        row("adamw"),
        row("adamw", learning_rate=0.05, weight_decay=0.5),
        row("adamw", learning_rate=0.01, betas=[0.8, 0.95], epsilon=1e-3, weight_decay=0.1, decay_biases=False),
        row("adamw", learning_rate=0.05, betas=[0.7, 0.5], amsgrad=True),
        row("adamw", learning_rate=0.01, frozen=["0.bias", "2.weight"]),
        row("adamw", learning_rate=0.01, weight_decay=0.5, groups=[["*.bias", 1.0, 0.0], ["2.*", 0.1, 1.0]]),
        row("adamw", learning_rate=0.05, schedule=one_cycle),
        row("adamw", learning_rate=0.05, clip=["norm", 0.1]),
    ],
)
