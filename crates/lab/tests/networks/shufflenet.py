import torch
import torch.nn as nn
import torch.nn.functional as F


def channel_shuffle(x, groups):
    # [N, C, H, W] -> [N, g, C/g, H, W] -> swap -> [N, C, H, W]
    n, c, h, w = x.size()
    x = x.view(n, groups, c // groups, h, w)
    x = x.permute(0, 2, 1, 3, 4)
    return x.reshape(n, c, h, w)


def depthwise(c, stride=1):
    return nn.Sequential(nn.Conv2d(c, c, 3, stride, 1, groups=c, bias=False), nn.BatchNorm2d(c))


def pointwise(c_in, c_out):
    return nn.Sequential(nn.Conv2d(c_in, c_out, 1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU(inplace=True))


class Keep(nn.Module):
    """Half of the channels go through, the other half by."""

    def __init__(self, channels):
        super().__init__()
        self.half = channels // 2
        self.work = nn.Sequential(pointwise(self.half, self.half), depthwise(self.half), pointwise(self.half, self.half))

    def forward(self, x):
        passed, worked = x[:, :self.half, :, :], x[:, self.half:, :, :]
        return channel_shuffle(torch.cat([passed, self.work(worked)], 1), 2)


class Shrink(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        half = c_out // 2
        self.left = nn.Sequential(depthwise(c_in, 2), pointwise(c_in, half))
        self.right = nn.Sequential(pointwise(c_in, half), depthwise(half, 2), pointwise(half, half))

    def forward(self, x):
        both = torch.cat([self.left(x), self.right(x)], 1)
        return channel_shuffle(both, groups=2)


model = nn.Sequential(
    nn.Conv2d(3, 12, 3, 1, 1), nn.ReLU(),
    Shrink(12, 24), Keep(24),
    Shrink(24, 48), Keep(48),
    nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(48, 10),
)
