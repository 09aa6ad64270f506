import torch
from torch import nn
from torch.nn import functional as F


class Excite(nn.Module):
    def __init__(self, channels, r=4):
        super(Excite, self).__init__()
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.weigh = nn.Sequential(
            nn.Linear(channels, channels // r, bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(channels // r, channels, bias=False),
            nn.Sigmoid()
        )

    def forward(self, maps):
        n, c, _, _ = maps.size()
        weights = self.weigh(self.squeeze(maps).view(n, c))
        return maps * weights.view(n, c, 1, 1).expand_as(maps)


class SEBlock(nn.Module):
    def __init__(self, a, b, stride=1):
        super(SEBlock, self).__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(),
            nn.Conv2d(b, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b),
            Excite(b),
        )
        if stride == 1 and a == b:
            self.direct = nn.Identity()
        else:
            self.direct = nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b))

    def forward(self, x):
        return F.relu(self.branch(x) + self.direct(x))


class SEResNet(nn.Module):
    def __init__(self):
        super(SEResNet, self).__init__()
        self.pre = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU())
        self.stage1 = SEBlock(16, 16)
        self.stage2 = SEBlock(16, 32, 2)
        self.stage3 = SEBlock(32, 48, 2)
        self.linear = nn.Linear(48, 10)

    def forward(self, x):
        x = self.pre(x)
        x = self.stage3(self.stage2(self.stage1(x)))
        x = F.adaptive_avg_pool2d(x, 1)
        x = x.view(x.size(0), -1)
        return self.linear(x)
