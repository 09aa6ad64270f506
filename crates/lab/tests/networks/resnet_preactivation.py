import torch
import torch.nn as nn
import torch.nn.functional as F


class PreActivated(nn.Module):
    """BN - ReLU - conv, twice; the identity is taken after the first activation where shapes change."""
    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        self.bn_a = nn.BatchNorm2d(c_in)
        self.conv_a = nn.Conv2d(c_in, c_out, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn_b = nn.BatchNorm2d(c_out)
        self.conv_b = nn.Conv2d(c_out, c_out, kernel_size=3, padding=1, bias=False)
        if stride != 1 or c_in != c_out:
            self.project = nn.Conv2d(c_in, c_out, kernel_size=1, stride=stride, bias=False)

    def forward(self, x):
        h = F.relu(self.bn_a(x))
        identity = self.project(h) if hasattr(self, 'project') else x
        h = self.conv_a(h)
        h = self.conv_b(F.relu(self.bn_b(h)))
        h += identity
        return h


class PreActResNet(nn.Module):
    def __init__(self, counts=(1, 1, 1), width=12, classes=10):
        super().__init__()
        self.entry = nn.Conv2d(3, width, kernel_size=3, padding=1, bias=False)
        blocks = []
        c = width
        for stage, count in enumerate(counts):
            for index in range(count):
                out = width * 2 ** stage
                blocks.append(PreActivated(c, out, stride=2 if stage > 0 and index == 0 else 1))
                c = out
        self.blocks = nn.Sequential(*blocks)
        self.bn = nn.BatchNorm2d(c)
        self.fc = nn.Linear(c, classes)

    def forward(self, x):
        x = F.relu(self.bn(self.blocks(self.entry(x))))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


net = PreActResNet()
