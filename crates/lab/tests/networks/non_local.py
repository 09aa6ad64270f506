import torch
import torch.nn as nn
import torch.nn.functional as F

class LooksAround(nn.Module):
    """Self-attention over all places of the maps, added with a weight that begins at 0."""
    def __init__(self, c, reduced=None):
        super().__init__()
        reduced = reduced or c // 4
        self.ask = nn.Conv2d(c, reduced, kernel_size=1)
        self.tell = nn.Conv2d(c, reduced, kernel_size=1)
        self.what = nn.Conv2d(c, c, kernel_size=1)
        self.amount = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        n, c, h, w = x.size()
        ask = self.ask(x).view(n, -1, h * w).permute(0, 2, 1)
        tell = self.tell(x).view(n, -1, h * w)
        what = self.what(x).view(n, -1, h * w)
        likeness = F.softmax(torch.bmm(ask, tell), dim=-1)          # [N, HW, HW]
        seen = torch.bmm(what, likeness.permute(0, 2, 1)).view(n, c, h, w)
        return x + self.amount * seen

model = nn.Sequential(
    nn.Conv2d(3, 16, 3, stride=2, padding=1), nn.BatchNorm2d(16), nn.ReLU(inplace=True),
    nn.Conv2d(16, 24, 3, stride=2, padding=1), nn.BatchNorm2d(24), nn.ReLU(inplace=True),
    LooksAround(24),
    nn.AdaptiveAvgPool2d(2),
    nn.Flatten(),
    nn.Linear(96, 10),
)
