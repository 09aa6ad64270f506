import torch.nn as nn
import torch.nn.functional as F


class HSwish(nn.Module):
    def forward(self, x):
        return x * F.relu6(x + 3) / 6


class HSigmoid(nn.Module):
    def forward(self, x):
        return F.relu6(x + 3, inplace=True) / 6


class SqueezeExcite(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        mid = max(channels // reduction, 4)
        self.squeeze = nn.Conv2d(channels, mid, 1)
        self.excite = nn.Conv2d(mid, channels, 1)
        self.gate = HSigmoid()

    def forward(self, x):
        s = F.adaptive_avg_pool2d(x, 1)
        s = F.relu(self.squeeze(s))
        return x * self.gate(self.excite(s))


class BNeck(nn.Module):
    def __init__(self, cin, cexp, cout, k, s, se, nl):
        super().__init__()
        act = {'RE': nn.ReLU, 'HS': HSwish}[nl]
        self.expand = nn.Sequential(nn.Conv2d(cin, cexp, 1, bias=False), nn.BatchNorm2d(cexp), act())
        self.depthwise = nn.Sequential(
            nn.Conv2d(cexp, cexp, k, s, (k - 1) // 2, groups=cexp, bias=False),
            nn.BatchNorm2d(cexp),
            SqueezeExcite(cexp) if se else nn.Identity(),
            act(),
        )
        self.project = nn.Sequential(nn.Conv2d(cexp, cout, 1, bias=False), nn.BatchNorm2d(cout))
        self.residual = s == 1 and cin == cout

    def forward(self, x):
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.residual else y


class MobileNetV3(nn.Module):
    def __init__(self):
        super().__init__()
        # cin, cexp, cout, k, s, se, nl
        rows = [
            [8, 16, 8, 3, 1, True, 'RE'],
            [8, 24, 12, 3, 2, False, 'RE'],
            [12, 36, 12, 5, 1, True, 'HS'],
            [12, 48, 16, 5, 2, True, 'HS'],
        ]
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), HSwish())
        self.bnecks = nn.Sequential(*[BNeck(*row) for row in rows])
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.bnecks(self.stem(x))
        return self.head(x.mean(dim=[-2, -1]))


net = MobileNetV3()
