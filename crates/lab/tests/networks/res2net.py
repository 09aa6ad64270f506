import torch
import torch.nn as nn
import torch.nn.functional as F

class Res2Block(nn.Module):
    def __init__(self, channels, scales=4):
        super().__init__()
        assert channels % scales == 0
        self.scales = scales
        self.width = channels // scales
        self.conv_in = nn.Conv2d(channels, channels, 1)
        self.convs = nn.ModuleList([nn.Conv2d(self.width, self.width, 3, padding=1) for _ in range(scales - 1)])
        self.bns = nn.ModuleList([nn.BatchNorm2d(self.width) for _ in range(scales - 1)])
        self.conv_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        parts = torch.split(F.relu(self.conv_in(x)), self.width, 1)
        out = [parts[0]]
        sp = None
        for i in range(self.scales - 1):
            sp = parts[i + 1] if i == 0 else sp + parts[i + 1]
            sp = F.relu(self.bns[i](self.convs[i](sp)))
            out.append(sp)
        return F.relu(self.conv_out(torch.cat(out, 1)) + x)

class Res2Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, 2, 1)
        self.bn = nn.BatchNorm2d(16)
        self.block1 = Res2Block(16)
        self.down = nn.Conv2d(16, 32, 3, 2, 1)
        self.block2 = Res2Block(32, scales=4)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = F.relu(self.bn(self.conv(x)))
        x = self.block1(x)
        x = F.relu(self.down(x))
        x = self.block2(x)
        return self.fc(x.mean(axis=(2, 3)))

net = Res2Net()
