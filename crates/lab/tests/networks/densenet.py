import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class DenseLayer(nn.Module):
    def __init__(self, channels, growth):
        super(DenseLayer, self).__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.narrow = nn.Conv2d(channels, 2*growth, kernel_size=1, bias=False)
        self.norm2 = nn.BatchNorm2d(2*growth)
        self.conv = nn.Conv2d(2*growth, growth, kernel_size=3, padding=1, bias=False)

    def forward(self, x):
        new = self.narrow(F.relu(self.norm1(x)))
        new = self.conv(F.relu(self.norm2(new)))
        return torch.cat([x, new], 1)


class Halve(nn.Sequential):
    def __init__(self, c_in, c_out):
        super(Halve, self).__init__()
        self.add_module('norm', nn.BatchNorm2d(c_in))
        self.add_module('relu', nn.ReLU(inplace=True))
        self.add_module('conv', nn.Conv2d(c_in, c_out, kernel_size=1, bias=False))
        self.add_module('pool', nn.AvgPool2d(2))


class DenseNet(nn.Module):
    def __init__(self, growth=6, layers=(2, 3, 2), reduction=0.5, classes=10):
        super(DenseNet, self).__init__()
        channels = 2*growth
        self.features = nn.Sequential()
        self.features.add_module('conv0', nn.Conv2d(3, channels, kernel_size=3, padding=1, bias=False))
        for number, count in enumerate(layers, start=1):
            for i in range(count):
                self.features.add_module('dense%d_%d' % (number, i + 1), DenseLayer(channels, growth))
                channels += growth
            if number < len(layers):
                kept = int(math.floor(channels*reduction))
                self.features.add_module('halve%d' % number, Halve(channels, kept))
                channels = kept
        self.norm = nn.BatchNorm2d(channels)
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        maps = F.relu(self.norm(self.features(x)))
        return self.fc(F.avg_pool2d(maps, 8).flatten(1))


net = DenseNet()
