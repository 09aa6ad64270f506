import torch.nn as nn
import torch.nn.functional as F

CARDINALITY = 4


class Aggregated(nn.Module):

    def __init__(self, c_in, c_out, stride):
        super().__init__()
        d = c_out // 2
        self.squeeze = nn.Conv2d(c_in, d, kernel_size=1, bias=False)
        self.n1 = nn.BatchNorm2d(d)
        self.paths = nn.Conv2d(d, d, 3, stride=stride, padding=1, groups=CARDINALITY, bias=False)
        self.n2 = nn.BatchNorm2d(d)
        self.widen = nn.Conv2d(d, c_out, kernel_size=1, bias=False)
        self.n3 = nn.BatchNorm2d(c_out)
        self.side = nn.Sequential()
        if c_in != c_out:
            self.side.add_module('project', nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False))
            self.side.add_module('norm', nn.BatchNorm2d(c_out))

    def forward(self, x):
        h = F.relu(self.n1(self.squeeze(x)), inplace=True)
        h = F.relu(self.n2(self.paths(h)), inplace=True)
        h = self.n3(self.widen(h))
        return F.relu(self.side(x) + h, inplace=True)


class SmallResNeXt(nn.Module):

    def __init__(self, n_labels=10):
        super().__init__()
        self.entry = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.entry_norm = nn.BatchNorm2d(16)
        self.a = Aggregated(16, 32, 1)
        self.b = Aggregated(32, 64, 2)
        self.c = Aggregated(64, 96, 2)
        self.labels = nn.Linear(96, n_labels)
        nn.init.kaiming_normal_(self.labels.weight)

    def forward(self, x):
        x = F.relu(self.entry_norm(self.entry(x)), inplace=True)
        for stage in [self.a, self.b, self.c]:
            x = stage(x)
        x = F.avg_pool2d(x, 8, 1)
        return self.labels(x.view(-1, 96))


model = SmallResNeXt()
