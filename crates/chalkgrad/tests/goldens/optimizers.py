"""Optimisers over 20 steps of a small network, and schedules step by step."""

import json

import torch
from torch import nn

from golden import golden, number, write
from networks import named, train

RULES = {"sgd": torch.optim.SGD, "adadelta": torch.optim.Adadelta, "adamw": torch.optim.AdamW}


def small():
    return named("small", nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 4)))


def scheduled(optimizer, kind, settings, learning_rate):
    """PyTorch's scheduler from our settings; its momentum runs from high to low and back."""
    settings = dict(settings)
    low, high = settings.pop("momentum") or (0.0, 0.0)
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=learning_rate,
        cycle_momentum=kind != "adadelta" and high > 0,
        base_momentum=low,
        max_momentum=high,
        **settings,
    )


def optimizer(kind, *, learning_rate, schedule=None, decay_biases=True, frozen=(), **settings):
    module = small()
    for path in frozen:
        module.get_parameter(path).requires_grad_(False)
    arguments = {{"epsilon": "eps"}.get(key, key): value for key, value in settings.items()}
    spared = {} if decay_biases else {"weight_decay": 0.0}
    groups = [
        {"params": [module[0].weight, module[2].weight]},
        {"params": [module[0].bias, module[2].bias], **spared},
    ]
    rule = RULES[kind](groups, lr=learning_rate, **arguments)
    scheduler = scheduled(rule, kind, schedule, learning_rate) if schedule else None
    losses = train("small", module, rule, ([6], 8, 4), 20, scheduler)
    title = json.dumps([kind, learning_rate, schedule, decay_biases, frozen, settings])
    return {
        "title": title,
        "kind": kind,
        "settings": {"learning_rate": learning_rate, **settings},
        "schedule": schedule,
        "decay_biases": decay_biases,
        "frozen": frozen,
        "losses": losses,
        "parameters": {path: golden(f"{title}/{path}", p) for path, p in module.named_parameters()},
    }


def one_cycle(total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4, momentum=(0.85, 0.95)):
    return {
        "total_steps": total_steps,
        "pct_start": pct_start,
        "div_factor": div_factor,
        "final_div_factor": final_div_factor,
        "momentum": momentum,
    }


sgd = {"momentum": 0.0, "nesterov": False, "weight_decay": 0.0}
adadelta = {"rho": 0.9, "epsilon": 1e-6, "weight_decay": 0.0}
adamw = {"betas": (0.9, 0.999), "epsilon": 1e-8, "weight_decay": 0.01}
write(
    "optimizers",
    [
        optimizer("sgd", learning_rate=0.1, **sgd),
        optimizer("sgd", learning_rate=0.1, **sgd | {"momentum": 0.9}),
        optimizer("sgd", learning_rate=0.1, **sgd | {"momentum": 0.9, "nesterov": True}),
        optimizer("sgd", learning_rate=0.1, **sgd | {"weight_decay": 0.1}),
        optimizer("sgd", learning_rate=0.1, **sgd | {"momentum": 0.5, "weight_decay": 0.1}, decay_biases=False),
        optimizer("sgd", learning_rate=0.05, momentum=0.8, nesterov=True, weight_decay=0.01, frozen=("0.weight", "2.bias")),
        optimizer("sgd", learning_rate=0.5, **sgd | {"momentum": 0.9}, schedule=one_cycle(20)),
        optimizer("adadelta", learning_rate=1.0, **adadelta),
        optimizer("adadelta", learning_rate=0.5, rho=0.95, epsilon=1e-8, weight_decay=0.1),
        optimizer("adadelta", learning_rate=1.0, **adadelta | {"weight_decay": 1e-4}, decay_biases=False),
        optimizer("adadelta", learning_rate=2.0, **adadelta, schedule=one_cycle(20)),
        optimizer("adamw", learning_rate=1e-3, **adamw),
        optimizer("adamw", learning_rate=0.05, **adamw | {"weight_decay": 0.5}),
        optimizer("adamw", learning_rate=0.01, betas=(0.8, 0.95), epsilon=1e-3, weight_decay=0.1, decay_biases=False),
        optimizer("adamw", learning_rate=0.01, **adamw, frozen=("0.bias", "2.weight")),
        optimizer("adamw", learning_rate=0.05, **adamw, schedule=one_cycle(20)),
    ],
)


def schedule(learning_rate, settings):
    rule = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=learning_rate, momentum=0.9)
    scheduler = scheduled(rule, "sgd", settings, learning_rate)
    rates, momenta = [], []
    for step in range(settings["total_steps"]):
        rates.append(number(rule.param_groups[0]["lr"]))
        momenta.append(number(rule.param_groups[0]["momentum"]))
        rule.step()
        if step + 1 < settings["total_steps"]:
            scheduler.step()
    momenta = momenta if settings["momentum"] else None
    return {"learning_rate": learning_rate, "schedule": settings, "rates": rates, "momenta": momenta}


write(
    "schedules",
    [
        schedule(1.0, one_cycle(10)),
        schedule(6e-3, one_cycle(77)),
        schedule(0.1, one_cycle(20, pct_start=0.5, div_factor=10.0, final_div_factor=100.0)),
        schedule(0.1, one_cycle(33, pct_start=0.25, momentum=(0.5, 0.99))),
        schedule(2.0, one_cycle(15, pct_start=0.9, div_factor=2.0)),
        schedule(2.0, one_cycle(15, pct_start=0.1, momentum=None)),
        schedule(0.3, one_cycle(12, pct_start=0.0)),
        schedule(0.3, one_cycle(3, pct_start=0.7, final_div_factor=1.0)),
    ],
)
