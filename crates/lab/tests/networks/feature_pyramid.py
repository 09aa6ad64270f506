import torch
import torch.nn as nn
import torch.nn.functional as F


class Pyramid(nn.Module):
    def __init__(self, widths=(8, 16, 32), d=16):
        super(Pyramid, self).__init__()
        self.shrink = nn.ModuleList()
        self.same_width = nn.ModuleList()
        c = 3
        for w in widths:
            self.shrink.append(nn.Conv2d(c, w, 3, stride=2, padding=1))
            self.same_width.append(nn.Conv2d(w, d, 1))
            c = w
        self.smooth = nn.Conv2d(d, d, 3, padding=1)
        self.fc = nn.Linear(d * len(widths), 10)

    def enlarged(self, coarse, fine):
        *_, h, w = fine.size()
        return F.interpolate(coarse, size=(h, w), mode='bilinear', align_corners=True) + fine

    def forward(self, x):
        levels = []
        for conv in self.shrink:
            x = F.relu(conv(x))
            levels.append(x)
        merged = [self.same_width[-1](levels[-1])]
        for i in reversed(range(len(levels) - 1)):
            merged.append(self.enlarged(merged[-1], self.same_width[i](levels[i])))
        pooled = [F.adaptive_avg_pool2d(self.smooth(level), 1).flatten(1) for level in merged]
        return self.fc(torch.cat(pooled, dim=1))


net = Pyramid()
