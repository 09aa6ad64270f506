import torch
import torch.nn as nn


class BaseClassifier(nn.Module):
    """What all my nets have in common: a head, and the order of things."""

    def __init__(self, features, num_classes=10):
        super().__init__()
        self.head = nn.Linear(features, num_classes)

    def extract(self, x):
        raise NotImplementedError

    def forward(self, x):
        x = self.extract(x)
        return self.head(torch.flatten(x, 1))


class ShallowNet(BaseClassifier):
    def __init__(self, width=8):
        super().__init__(features=width * 8 * 8)
        self.conv = nn.Conv2d(3, width, 5, padding=2)
        self.pool = nn.MaxPool2d(4)

    def extract(self, x):
        return self.pool(self.conv(x).relu())


class DeeperNet(ShallowNet):
    def __init__(self, width=8, depth=2):
        super().__init__(width)
        self.more = nn.Sequential(*[nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU())
                                    for _ in range(depth)])

    def extract(self, x):
        x = super().extract(x)
        return x + self.more(x)


model = DeeperNet(depth=3)
