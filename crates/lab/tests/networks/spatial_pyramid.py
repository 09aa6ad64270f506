import torch
import torch.nn as nn
import torch.nn.functional as F


def spatial_pyramid_pool(x, bins=(1, 2, 4)):
    pooled = []
    for b in bins:
        pooled.append(F.adaptive_max_pool2d(x, b).view(x.size(0), -1))
    return torch.cat(pooled, dim=1)


class SPPNet(nn.Module):
    BINS = (1, 2, 4)

    def __init__(self, num_class=10):
        super(SPPNet, self).__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 20, 3, padding=1), nn.BatchNorm2d(20), nn.ReLU(),
        )
        self.fc = nn.Linear(20 * sum(b * b for b in self.BINS), num_class)

    def forward(self, x):
        x = self.conv(x)
        x = spatial_pyramid_pool(x, self.BINS)
        return self.fc(x)


model = SPPNet()
