import torch
import torch.nn as nn


def cbr(i, o, k, **kwargs):
    return nn.Sequential(nn.Conv2d(i, o, k, bias=False, **kwargs), nn.BatchNorm2d(o), nn.ReLU())


class Mixed(nn.Module):
    """Branches in a ModuleList; the asymmetric pair 1x3 and 3x1 among them."""

    def __init__(self, channels, width):
        super().__init__()
        self.branches = nn.ModuleList([
            cbr(channels, width, 1),
            nn.Sequential(cbr(channels, width, 1), cbr(width, width, (1, 3), padding=(0, 1)),
                          cbr(width, width, (3, 1), padding=(1, 0))),
            nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False), cbr(channels, width, 1)),
        ])

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], dim=1)


class Reduction(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.conv = cbr(channels, width, 3, stride=2, padding=1)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)

    def forward(self, x):
        outputs = [self.conv(x), self.pool(x)]
        return torch.cat(outputs, 1)


class Net(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.body = nn.Sequential(
            cbr(3, 12, 3, stride=2, padding=1),
            Mixed(12, 8),
            Reduction(24, 16),
            Mixed(40, 16),
        )
        self.head = nn.Linear(48, classes)

    def forward(self, x):
        return self.head(self.body(x).mean(dim=(2, 3)))


model = Net()
