import torch
import torch.nn as nn
import torch.nn.functional as F

class Pools(nn.Module):
    """All ways to shrink a picture."""
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(3, 8, 4)                        # 29
        self.p1 = nn.MaxPool2d(2, 2, ceil_mode=True)        # 15
        self.c2 = nn.Conv2d(8, 12, 3)                       # 13
        self.p2 = nn.AvgPool2d(3, 2, padding=1, ceil_mode=True, count_include_pad=False)  # 7
        self.c3 = nn.Conv2d(12, 12, (2, 3), stride=(1, 2))  # 6 x 3
        self.p3 = nn.MaxPool2d(2, stride=1, dilation=2)     # 4 x 1
        self.amax = nn.AdaptiveMaxPool2d((3, 1))
        self.fc = nn.Linear(12 * 3 + 12 * 4, 10)

    def forward(self, x):
        x = self.p1(F.leaky_relu(self.c1(x)))
        x = self.p2(F.leaky_relu(self.c2(x)))
        x = F.leaky_relu(self.c3(x))
        y = self.amax(self.p3(x))
        z = F.adaptive_max_pool2d(F.avg_pool2d(x, kernel_size=(2, 1), stride=(2, 1)), output_size=2)
        return self.fc(torch.cat([y.flatten(1), z.flatten(1)], -1))

net = Pools()
