import torch
import torch.nn as nn


class FractalBlock(nn.Module):
    def __init__(self, n, channels):
        super().__init__()
        self.short = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU())
        self.deep = None if n == 1 else nn.Sequential(FractalBlock(n - 1, channels), FractalBlock(n - 1, channels))

    def forward(self, x):
        short = self.short(x)
        if self.deep is None:
            return short
        return torch.stack((short, self.deep(x)), dim=0).mean(0)


class FractalNet(nn.Module):
    def __init__(self, columns=3, width=12):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, stride=2, padding=1)
        self.fractal = FractalBlock(columns, width)
        self.pool = nn.MaxPool2d(4)
        self.fc = nn.Linear(width * 16, 10)

    def forward(self, x):
        x = self.pool(self.fractal(self.stem(x)))
        return self.fc(x.flatten(1))


model = FractalNet()
