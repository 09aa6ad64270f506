import torch
import torch.nn as nn
import torch.nn.functional as F


class Twice(nn.Module):
    """conv, norm, relu; and once more"""

    def __init__(self, c_in, c_out, c_mid=None):
        super().__init__()
        if not c_mid:
            c_mid = c_out
        layers = []
        for a, b in [(c_in, c_mid), (c_mid, c_out)]:
            layers += [nn.Conv2d(a, b, kernel_size=3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


class Rise(nn.Module):
    """Twice as large, padded to the size of what is handed over from the way down, and both together filtered."""

    def __init__(self, c_low, c_skip, smooth=True):
        super().__init__()
        if smooth:
            self.larger = nn.Upsample(scale_factor=2, mode='bilinear', align_corners=True)
            self.merge = Twice(c_low + c_skip, c_skip, c_low // 2)
        else:
            self.larger = nn.ConvTranspose2d(c_low, c_low // 2, kernel_size=2, stride=2)
            self.merge = Twice(c_low // 2 + c_skip, c_skip)

    def forward(self, low, skip):
        low = self.larger(low)
        dh = skip.size(2) - low.size(2)
        dw = skip.size(3) - low.size(3)
        low = F.pad(low, [dw // 2, dw - dw // 2, dh // 2, dh - dh // 2])
        return self.merge(torch.cat([skip, low], dim=1))


class UNetClassifier(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.pool = nn.MaxPool2d(2)
        self.a = Twice(channels, 6)
        self.b = Twice(6, 12)
        self.c = Twice(12, 16)
        self.d = Twice(16, 24)
        self.rise_c = Rise(24, 16, smooth=True)      # 3x3 -> 6x6, padded to 7x7
        self.rise_b = Rise(16, 12, smooth=False)
        self.rise_a = Rise(12, 6, smooth=False)
        self.votes = nn.Conv2d(6, classes, kernel_size=1)

    def forward(self, x):
        a = self.a(x)
        b = self.b(self.pool(a))
        c = self.c(self.pool(b))
        d = self.d(self.pool(c))
        y = self.rise_a(self.rise_b(self.rise_c(d, c), b), a)
        # every pixel votes
        return self.votes(y).mean([2, 3])


model = UNetClassifier()
