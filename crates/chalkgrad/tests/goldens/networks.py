"""Whole networks: logits, loss, accuracy, every parameter's gradient, and ten steps of training."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from golden import fill, golden, number, uniform, whole, write


def named(network, module):
    """Gives every parameter the values of its name, within PyTorch's default bound."""
    for path, parameter in module.named_parameters():
        weight = module.get_parameter(path.replace("bias", "weight"))
        bound = 1 / math.sqrt(weight[0].numel())
        values = fill(f"{network}/{path}", uniform(*parameter.shape, low=-bound, high=bound))
        parameter.data.copy_(values)
    return module


def batch_of(network, step, input, batch, classes):
    images = fill(f"{network}/images/{step}", uniform(batch, *input, low=-0.5, high=0.5))
    return images, fill(f"{network}/labels/{step}", whole(batch, count=classes)).long()


def train(network, module, optimizer, shapes, steps, scheduler=None, clip=None):
    """The loss of each step before its update."""
    losses = []
    for step in range(steps):
        images, labels = batch_of(network, step, *shapes)
        optimizer.zero_grad()
        loss = F.cross_entropy(module(images), labels)
        loss.backward()
        if clip:
            clip()
        optimizer.step()
        if scheduler and step + 1 < steps:
            scheduler.step()
        losses.append(number(loss))
    return losses


def network(name, module, input, batch, classes):
    module = named(name, module)
    images, labels = batch_of(name, 0, input, batch, classes)
    weights = fill(f"{name}/weights", uniform(batch, low=0.5, high=1.5))
    logits = module(images)
    loss = (F.cross_entropy(logits, labels, reduction="none") * weights).sum() / weights.sum()
    loss.backward()
    accuracy = ((logits.argmax(1) == labels) * weights).sum() / weights.sum()
    gradients = {path: golden(f"{name}/gradient/{path}", p.grad) for path, p in module.named_parameters()}
    optimizer = torch.optim.SGD(module.parameters(), lr=0.01, momentum=0.9)
    return {
        "name": name,
        "input": input,
        "batch": batch,
        "classes": classes,
        "logits": golden(f"{name}/logits", logits),
        "loss": number(loss),
        "accuracy": number(accuracy),
        "gradients": gradients,
        "losses": train(name, module, optimizer, (input, batch, classes), 10),
    }


def convnetjs():
    return nn.Sequential(
        *[nn.Conv2d(3, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(16, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(20, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Flatten(), nn.Linear(320, 10)],
    )


def strided():
    return nn.Sequential(
        *[nn.Conv2d(2, 5, 3, stride=2, padding=1), nn.Tanh(), nn.AvgPool2d(2)],
        *[nn.Flatten(), nn.Linear(45, 12), nn.Sigmoid(), nn.Linear(12, 3)],
    )


def keeping():
    """Padding that keeps sizes, even kernels among it, and pools with gaps and regions."""
    return nn.Sequential(
        *[nn.Conv2d(2, 3, 4, padding="same"), nn.Tanh(), nn.Conv2d(3, 4, (3, 2), padding="same", dilation=(2, 3))],
        *[nn.MaxPool2d(2, stride=1, dilation=3), nn.AdaptiveMaxPool2d((4, 3)), nn.Flatten(2), nn.Linear(12, 5)],
        *[nn.Tanh(), nn.Flatten(-2, -1), nn.Linear(20, 4)],
    )


def mlp():
    return nn.Sequential(nn.Linear(30, 40), nn.ReLU(), nn.Linear(40, 20), nn.Tanh(), nn.Linear(20, 7))


write(
    "networks",
    [
        network("convnetjs", convnetjs(), [3, 32, 32], 4, 10),
        network("strided", strided(), [2, 12, 12], 5, 3),
        network("keeping", keeping(), [2, 9, 10], 4, 4),
        network("mlp", mlp(), [30], 16, 7),
    ],
)
