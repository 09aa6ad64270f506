"""Schedules step by step: rate and momentum of PyTorch's scheduler objects, each over 20 steps or its own length."""

import torch
from torch import nn
from torch.optim import lr_scheduler

from golden import number, write

CLASSES = {
    "constant": lr_scheduler.ConstantLR,
    "linear": lr_scheduler.LinearLR,
    "step": lr_scheduler.StepLR,
    "multi_step": lr_scheduler.MultiStepLR,
    "exponential": lr_scheduler.ExponentialLR,
    "cosine_annealing": lr_scheduler.CosineAnnealingLR,
    "cosine_annealing_warm_restarts": lr_scheduler.CosineAnnealingWarmRestarts,
}
ARGUMENTS = {"t_max": "T_max", "t_0": "T_0", "t_mult": "T_mult"}


def scheduler(optimizer, settings):
    """PyTorch's scheduler from our settings, stepped after every step."""
    settings = dict(settings)
    kind = settings.pop("kind")
    if kind == "sequential":
        parts = [scheduler(optimizer, settings[part]) for part in ["first", "then"]]
        return lr_scheduler.SequentialLR(optimizer, parts, milestones=[settings["milestone"]])
    if kind == "one_cycle":
        highest = optimizer.param_groups[0]["lr"]
        return lr_scheduler.OneCycleLR(optimizer, max_lr=highest, **settings)
    return CLASSES[kind](optimizer, **{ARGUMENTS.get(key, key): value for key, value in settings.items()})


def row(learning_rate, count, kind, **settings):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=learning_rate, momentum=0.9)
    settings = {"kind": kind, **settings}
    every = settings["steps"] if kind == "every" else 1
    moves = scheduler(optimizer, settings["schedule"] if kind == "every" else settings)
    rates, momenta = [], []
    for step in range(1, count + 1):
        rates.append(number(optimizer.param_groups[0]["lr"]))
        momenta.append(number(optimizer.param_groups[0]["momentum"]))
        optimizer.step()
        if step < count and step % every == 0:
            moves.step()
    cycled = kind == "one_cycle" and settings.get("cycle_momentum", True)
    momenta = momenta if cycled else None
    return {"learning_rate": learning_rate, "schedule": settings, "rates": rates, "momenta": momenta}


def one_cycle(learning_rate, total_steps, **settings):
    return row(learning_rate, total_steps, "one_cycle", total_steps=total_steps, **settings)


write(
    "schedules",
    [
        one_cycle(1.0, 10),
        one_cycle(6e-3, 77),
        one_cycle(0.1, 20, pct_start=0.5, div_factor=10.0, final_div_factor=100.0),
        one_cycle(0.1, 33, pct_start=0.25, base_momentum=0.5, max_momentum=0.99),
        one_cycle(2.0, 15, pct_start=0.9, div_factor=2.0),
        one_cycle(2.0, 15, pct_start=0.1, cycle_momentum=False),
        one_cycle(0.3, 12, pct_start=0.0),
        one_cycle(0.3, 3, pct_start=0.7, final_div_factor=1.0),
        one_cycle(1.0, 25, three_phase=True, pct_start=0.4),
        one_cycle(0.2, 30, anneal_strategy="linear"),
        one_cycle(0.2, 31, anneal_strategy="linear", three_phase=True),
        row(0.5, 20, "constant", factor=1.0),
        row(0.5, 20, "linear"),
        row(0.5, 20, "linear", start_factor=0.1, end_factor=0.7, total_iters=12),
        row(0.5, 20, "linear", start_factor=1.0, end_factor=0.0, total_iters=2),
        row(0.5, 20, "step", step_size=4),
        row(0.5, 20, "step", step_size=1, gamma=0.9),
        row(0.5, 20, "multi_step", milestones=[3, 7, 7, 15]),
        row(0.5, 20, "multi_step", milestones=[9, 0, 4], gamma=0.5),
        row(0.5, 20, "exponential", gamma=0.8),
        row(0.5, 20, "exponential", gamma=1.0),
        row(0.5, 20, "cosine_annealing", t_max=10),
        row(0.5, 40, "cosine_annealing", t_max=7, eta_min=0.01),
        row(0.5, 20, "cosine_annealing_warm_restarts", t_0=6),
        row(0.5, 40, "cosine_annealing_warm_restarts", t_0=3, t_mult=2, eta_min=0.05),
        row(0.5, 20, "cosine_annealing_warm_restarts", t_0=1, t_mult=3),
        row(
            0.5,
            20,
            "sequential",
            first={"kind": "linear", "start_factor": 0.01, "total_iters": 5},
            milestone=5,
            then={"kind": "cosine_annealing", "t_max": 15},
        ),
        row(
            0.5,
            20,
            "sequential",
            first={"kind": "linear", "start_factor": 0.2, "total_iters": 4},
            milestone=6,
            then={"kind": "step", "step_size": 5},
        ),
        row(
            0.5,
            20,
            "sequential",
            first={"kind": "exponential", "gamma": 0.5},
            milestone=3,
            then={"kind": "cosine_annealing_warm_restarts", "t_0": 4},
        ),
        row(0.5, 30, "every", steps=5, schedule={"kind": "cosine_annealing", "t_max": 6}),
        row(0.5, 20, "every", steps=3, schedule={"kind": "multi_step", "milestones": [2, 5]}),
    ],
)
