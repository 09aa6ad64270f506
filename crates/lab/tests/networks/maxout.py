import torch
import torch.nn as nn

class MaxoutConv(nn.Module):
    def __init__(self, i, o, k):
        super().__init__()
        self.conv = nn.Conv2d(i, 2 * o, k, padding=k // 2)

    def forward(self, x):
        a, b = self.conv(x).chunk(2, dim=1)
        return torch.max(a, b)

class MaxoutNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.m1 = MaxoutConv(1, 8, 5)
        self.m2 = MaxoutConv(8, 12, 3)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(12 * 7 * 7, 20)

    def forward(self, x):
        x = self.pool(self.m1(x))
        x = self.pool(self.m2(x))
        a, b = torch.chunk(self.fc(x.flatten(1)), 2, dim=-1)
        return torch.maximum(a, b)

model = MaxoutNet()
