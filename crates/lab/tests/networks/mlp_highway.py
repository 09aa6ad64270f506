import torch
from torch import nn


class Highway(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.transform = nn.Linear(size, size)
        self.gate = nn.Linear(size, size)
        nn.init.constant_(self.gate.bias, -1.0)  # start by carrying

    def forward(self, x):
        t = torch.sigmoid(self.gate(x))
        h = torch.relu(self.transform(x))
        return t * h + (1 - t) * x


class HighwayNet(nn.Module):
    def __init__(self, depth=4, width=32):
        super().__init__()
        self.inp = nn.Linear(784, width)
        self.blocks = nn.ModuleList([Highway(width) for _ in range(depth)])
        self.out = nn.Linear(width, 10)

    def forward(self, x):
        x = x.flatten(1)
        x = self.inp(x)
        for block in self.blocks:
            x = block(x)
        return self.out(x)


model = HighwayNet()
