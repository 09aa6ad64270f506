import math
import torch
import torch.nn as nn


class Ghost(nn.Module):
    """Half of the maps by a convolution, the rest cheaply from those; what is too many is cut off."""

    def __init__(self, c_in, c_out, k=1, ratio=2, cheap=3, stride=1, act=True):
        super(Ghost, self).__init__()
        self.c_out = c_out
        real = math.ceil(c_out / ratio)
        ghosts = real*(ratio-1)
        self.real = nn.Sequential(
            nn.Conv2d(c_in, real, k, stride, k//2, bias=False),
            nn.BatchNorm2d(real),
            nn.ReLU(inplace=True) if act else nn.Sequential(),
        )
        self.ghosts = nn.Sequential(
            nn.Conv2d(real, ghosts, cheap, 1, cheap//2, groups=real, bias=False),
            nn.BatchNorm2d(ghosts),
            nn.ReLU(inplace=True) if act else nn.Sequential(),
        )

    def forward(self, x):
        x = self.real(x)
        return torch.cat([x,self.ghosts(x)], dim=1)[:,:self.c_out,:,:]


class GhostClassifier(nn.Module):
    def __init__(self):
        super(GhostClassifier, self).__init__()
        self.ghost1 = Ghost(3, 11, k=3, stride=2)
        self.ghost2 = Ghost(11, 24, k=3, stride=2)
        self.ghost3 = Ghost(24, 32, act=False)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        maps = self.ghost3(self.ghost2(self.ghost1(x)))
        return self.fc(nn.AdaptiveAvgPool2d(1)(maps).view(x.size(0), -1))


model = GhostClassifier()
