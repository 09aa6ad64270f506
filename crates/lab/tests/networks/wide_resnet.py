import torch
import torch.nn as nn
import torch.nn.functional as F


class WideUnit(nn.Module):
    """bn-relu-conv, dropout, bn-relu-conv"""
    def __init__(self, c_in, c_out, p, stride=1):
        super(WideUnit, self).__init__()
        self.norm_a = nn.BatchNorm2d(c_in, momentum=0.9)
        self.conv_a = nn.Conv2d(c_in, c_out, kernel_size=3, padding=1, bias=True)
        self.drop = nn.Dropout(p=p)
        self.norm_b = nn.BatchNorm2d(c_out, momentum=0.9)
        self.conv_b = nn.Conv2d(c_out, c_out, kernel_size=3, stride=stride, padding=1, bias=True)
        self.same = stride == 1 and c_in == c_out
        if not self.same:
            self.skip = nn.Conv2d(c_in, c_out, kernel_size=1, stride=stride)

    def forward(self, x):
        y = self.conv_a(F.relu(self.norm_a(x)))
        y = self.drop(y)
        y = self.conv_b(F.relu(self.norm_b(y)))
        y += x if self.same else self.skip(x)
        return y


class WideNet(nn.Module):
    def __init__(self, depth, factor, p=0.3, classes=10):
        super(WideNet, self).__init__()
        assert ((depth - 4) % 6 == 0), 'depth must be 6n+4'
        units = int((depth - 4) / 6)
        widths = [8] + [8 * factor * 2 ** s for s in range(3)]
        self.entry = nn.Conv2d(3, widths[0], 3, padding=1)
        for s in range(3):
            setattr(self, f'group{s + 1}', self.group(units, widths[s], widths[s + 1], p, 1 if s == 0 else 2))
        self.norm = nn.BatchNorm2d(widths[-1], momentum=0.9)
        self.fc = nn.Linear(widths[-1], classes)

    def group(self, units, c_in, c_out, p, stride):
        first = WideUnit(c_in, c_out, p, stride)
        return nn.Sequential(first, *[WideUnit(c_out, c_out, p) for _ in range(units - 1)])

    def forward(self, x):
        x = self.entry(x)
        x = self.group3(self.group2(self.group1(x)))
        x = F.avg_pool2d(F.relu(self.norm(x)), 8)
        return self.fc(x.view(x.size(0), -1))


net = WideNet(10, 2)
