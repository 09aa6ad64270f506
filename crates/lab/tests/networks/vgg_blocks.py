import torch
from torch import nn

def block(repeats, c_in, c_out):
    parts = []
    for k in range(repeats):
        parts.append(nn.Conv2d(c_in if k == 0 else c_out, c_out, kernel_size=3, padding=1))
        parts.append(nn.ReLU())
    return nn.Sequential(*parts, nn.MaxPool2d(kernel_size=2, stride=2))

plan = ((1, 8), (1, 16), (2, 24))

def build(plan, side=28, hidden=(64, 32)):
    blocks, c = [], 1
    for (repeats, width) in plan:
        blocks.append(block(repeats, c, width))
        c, side = width, side // 2

    head = [nn.Flatten()]
    features = c * side * side
    for h in hidden:
        head += [nn.Linear(features, h), nn.ReLU(), nn.Dropout(0.5)]
        features = h
    return nn.Sequential(*blocks, *head, nn.Linear(features, 10))

net = build(plan)
