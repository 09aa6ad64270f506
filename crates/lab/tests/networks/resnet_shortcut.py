import torch
import torch.nn as nn
import torch.nn.functional as F


class Residual(nn.Module):
    def __init__(self, before, after, stride=1):
        super(Residual, self).__init__()
        self.conv_1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.norm_1 = nn.BatchNorm2d(after)
        self.conv_2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.norm_2 = nn.BatchNorm2d(after)

        # an empty Sequential gives back what it gets
        self.shortcut = nn.Sequential()
        if stride != 1 or before != after:
            self.shortcut = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        y = F.relu(self.norm_1(self.conv_1(x)))
        y = self.norm_2(self.conv_2(y))
        y += self.shortcut(x)
        return F.relu(y)


class TinyResNet(nn.Module):
    def __init__(self, block, counts, classes=10):
        super(TinyResNet, self).__init__()
        self.width = 12
        self.entry = nn.Sequential(nn.Conv2d(3, 12, 3, 1, 1, bias=False), nn.BatchNorm2d(12))
        self.stage1 = self._stage(block, 12, counts[0], stride=1)
        self.stage2 = self._stage(block, 24, counts[1], stride=2)
        self.stage3 = self._stage(block, 48, counts[2], stride=2)
        self.fc = nn.Linear(48, classes)

    def _stage(self, block, width, count, stride):
        blocks = []
        for s in [stride] + [1]*(count-1):
            blocks.append(block(self.width, width, s))
            self.width = width
        return nn.Sequential(*blocks)

    def forward(self, x):
        x = F.relu(self.entry(x))
        x = self.stage1(x)
        x = self.stage2(x)
        x = self.stage3(x)
        x = F.avg_pool2d(x, 8)
        return self.fc(x.view(x.size(0), -1))


def resnet10():
    return TinyResNet(Residual, [1, 2, 1])


net = resnet10()
