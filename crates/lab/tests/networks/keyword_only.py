import torch
from torch import nn

class ConvBNAct(nn.Module):
    def __init__(self, in_channels, out_channels, /, kernel_size=3, *, stride=1, groups=1, act=nn.ReLU, norm=True):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride,
                              padding=kernel_size // 2, groups=groups, bias=not norm)
        self.norm = nn.BatchNorm2d(out_channels) if norm else nn.Identity()
        self.act = act() if act is not None else nn.Identity()

    def forward(self, x):
        return self.act(self.norm(self.conv(x)))

def make(**options):
    shared = dict(kernel_size=3, act=nn.SiLU)
    shared.update(options)
    return ConvBNAct(8, 8, **shared)

class Net(nn.Module):
    def __init__(self, *widths, num_classes):
        super().__init__()
        first, *_, last = widths
        self.stem = ConvBNAct(1, 8, 5, stride=2, act=nn.GELU)
        self.depthwise = make(groups=8)
        self.plain = make(kernel_size=1, norm=False)
        self.rest = nn.Sequential(*(ConvBNAct(i, o, stride=2, act=None if o == last else nn.Tanh)
                                    for i, o in zip((8,) + widths[:-1], widths)))
        self.fc = nn.Linear(last, num_classes)

    def forward(self, x):
        x = self.plain(self.depthwise(self.stem(x)))
        x = self.rest(x)
        return self.fc(x.mean(dim=(2, 3)))

model = Net(12, 16, num_classes=10)
