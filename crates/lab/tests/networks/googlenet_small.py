'''A small GoogLeNet: three inception modules, the last one after a pool.'''
import torch
import torch.nn as nn


def conv(c_in, c_out, k):
    return [nn.Conv2d(c_in, c_out, kernel_size=k, padding=k // 2), nn.BatchNorm2d(c_out), nn.ReLU(True)]


class Inception(nn.Module):
    """Four branches that look at the same maps, side by side in the result.

    c1: channels of the 1x1 branch; c3 and c5: (reduced, channels); cp: channels after the pool
    """

    def __init__(self, c_in, c1, c3, c5, cp):
        super(Inception, self).__init__()
        self.one = nn.Sequential(*conv(c_in, c1, 1))
        self.three = nn.Sequential(*conv(c_in, c3[0], 1), *conv(c3[0], c3[1], 3))
        self.five = nn.Sequential(*conv(c_in, c5[0], 1), *conv(c5[0], c5[1], 5))
        self.pooled = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), *conv(c_in, cp, 1))
        self.out_channels = c1 + c3[1] + c5[1] + cp

    def forward(self, x):
        branch1 = self.one(x)
        branch2 = self.three(x)
        branch3 = self.five(x)
        branch4 = self.pooled(x)
        return torch.cat([branch1, branch2, branch3, branch4], 1)


class GoogLeNet(nn.Module):
    def __init__(self, classes=10):
        super(GoogLeNet, self).__init__()
        self.stem = nn.Sequential(*conv(3, 24, 3), nn.MaxPool2d(3, stride=2, padding=1))
        self.inception_a = Inception(24, 8, (12, 16), (2, 4), 4)
        self.inception_b = Inception(self.inception_a.out_channels, 16, (16, 24), (4, 12), 8)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.inception_c = Inception(self.inception_b.out_channels, 24, (12, 26), (2, 6), 8)
        self.average = nn.AvgPool2d(8, stride=1)
        self.fc = nn.Linear(self.inception_c.out_channels, classes)

    def forward(self, x):
        x = self.stem(x)
        x = self.inception_b(self.inception_a(x))
        x = self.pool(x)
        x = self.average(self.inception_c(x))
        return self.fc(x.view(x.size(0), -1))


model = GoogLeNet()
