import torch
import torch.nn as nn
import torch.nn.functional as F

class GatedConv2d(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1):
        super(GatedConv2d, self).__init__()
        padding = (kernel_size - 1) // 2
        self.feature = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding)
        self.gate = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding)

    def forward(self, x):
        return torch.tanh(self.feature(x)) * torch.sigmoid(self.gate(x))

class GatedNet(nn.Module):
    def __init__(self):
        super(GatedNet, self).__init__()
        self.layers = []
        in_channels = 3
        for out_channels in (8, 16, 24):
            self.layers.append(GatedConv2d(in_channels, out_channels, 3, stride=2))
            in_channels = out_channels
        self.layers = nn.Sequential(*self.layers)
        self.expand = nn.Linear(24 * 4 * 4, 40)
        self.output = nn.Linear(20, 10)

    def forward(self, x):
        x = self.layers(x)
        x = x.view(x.shape[0], -1)
        value, gate = torch.split(self.expand(x), 20, dim=1)
        x = value * gate.sigmoid()
        return self.output(x)

net = GatedNet()
