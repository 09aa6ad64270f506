"""Losses in training: twelve steps of a small network under each, with other numbers of the loss from the seventh on, and an
evaluation whose examples count differently."""

import torch
from torch import nn

from golden import fill, number, uniform, whole, write
from networks import named

BATCH, INPUT, STEPS = 8, 6, 12


def loss_of(kind, arguments, reduction="mean"):
    tensors = {name: torch.tensor(value) if isinstance(value, list) else value for name, value in arguments.items()}
    return getattr(nn, kind)(**tensors, reduction=reduction)


def outputs_of(kind):
    return 2 if kind == "BCEWithLogitsLoss" else 5


def batch_of(title, kind, step):
    images = fill(f"{title}/images/{step}", uniform(BATCH, INPUT))
    classes, outputs = kind in ("CrossEntropyLoss", "MultiMarginLoss"), outputs_of(kind)
    labels = whole(BATCH, count=outputs) if classes else uniform(BATCH, outputs, low=0.0, high=1.0)
    labels = fill(f"{title}/labels/{step}", labels)
    return images, labels.long() if classes else labels


def right(kind, outputs, labels):
    """Which examples are; nothing is, where a loss knows no right and wrong."""
    if kind == "MSELoss":
        return None
    if kind == "BCEWithLogitsLoss":
        return ((outputs > 0) == (labels > 0.5)).all(1).double()
    return (outputs.argmax(1) == labels).double()


def accuracy(kind, outputs, labels, weights):
    hits = right(kind, outputs, labels)
    return None if hits is None else number((hits * weights).sum() / weights.sum())


def evaluation(title, kind, arguments, module):
    """Examples that count by weights are examples that come up more often."""
    images, labels = batch_of(title, kind, STEPS)
    counts = fill(f"{title}/counts", whole(BATCH, count=4)).long()
    outputs = module(images)
    often = [tensor.repeat_interleave(counts, 0) for tensor in (outputs, labels)]
    loss = number(loss_of(kind, arguments)(*often))
    return {"loss": loss, "accuracy": accuracy(kind, outputs, labels, counts)}


def criterion(kind, then=None, **arguments):
    title = f"criteria/{len(rows)}"
    module = named(title, nn.Sequential(nn.Linear(INPUT, 7), nn.Tanh(), nn.Linear(7, outputs_of(kind))))
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    losses, accuracies = [], []
    for step in range(STEPS):
        if then and step == STEPS // 2:
            arguments, first = {**arguments, **then}, arguments
        images, labels = batch_of(title, kind, step)
        optimizer.zero_grad()
        outputs = module(images)
        loss = loss_of(kind, arguments)(outputs, labels)
        loss.backward()
        optimizer.step()
        losses.append(number(loss))
        accuracies.append(accuracy(kind, outputs, labels, torch.ones(BATCH)))
    measured = evaluation(title, kind, arguments, module)
    given = {"arguments": first, "then": arguments} if then else {"arguments": arguments, "then": None}
    rows.append({"kind": kind, **given, "losses": losses, "accuracies": accuracies, "evaluation": measured})


WEIGHT = [0.3, 1.0, 2.0, 0.1, 1.5]
rows = []
criterion("CrossEntropyLoss")
criterion("CrossEntropyLoss", label_smoothing=0.1)
criterion("CrossEntropyLoss", weight=WEIGHT)
criterion("CrossEntropyLoss", weight=WEIGHT, label_smoothing=0.3, then={"weight": WEIGHT[::-1], "label_smoothing": 0.0})
criterion("MSELoss")
criterion("BCEWithLogitsLoss")
criterion("BCEWithLogitsLoss", pos_weight=[0.3, 2.0], then={"pos_weight": [1.5, 0.1]})
criterion("MultiMarginLoss", p=1, margin=1.0)
criterion("MultiMarginLoss", p=2, margin=0.5, weight=WEIGHT, then={"margin": 2.0})
write("criteria", rows)
