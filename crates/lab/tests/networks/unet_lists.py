import torch
import torch.nn as nn
import torch.nn.functional as F


def pair(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.ReLU(inplace=True),
                         nn.Conv2d(o, o, 3, padding=1), nn.ReLU(inplace=True))


class UNet(nn.Module):
    def __init__(self, widths=[6, 12], classes=10):
        super(UNet, self).__init__()
        self.down = nn.ModuleList()
        self.up = nn.ModuleList()
        before = 3
        for width in widths:
            self.down.append(pair(before, width))
            before = width
        self.middle = pair(before, 2 * before)
        for width in reversed(widths):
            self.up.append(nn.ConvTranspose2d(2 * width, width, 2, stride=2))
            self.up.append(pair(2 * width, width))
        self.last = nn.Conv2d(widths[0], classes, 1)

    def forward(self, x):
        skips = []
        for block in self.down:
            x = block(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = self.middle(x)
        skips = skips[::-1]
        for i in range(0, len(self.up), 2):
            x = self.up[i](x)
            skip = skips[i // 2]
            if x.shape != skip.shape:
                x = F.interpolate(x, size=skip.shape[2:])
            x = self.up[i + 1](torch.cat((skip, x), dim=1))
        return F.adaptive_max_pool2d(self.last(x), 1).flatten(1)


model = UNet()
