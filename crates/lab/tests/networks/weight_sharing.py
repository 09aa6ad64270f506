import torch.nn as nn
import torch.nn.functional as F


class RecurrentConv(nn.Module):
    """The same convolution several times, as an unrolled recurrent layer."""

    def __init__(self, channels, steps):
        super().__init__()
        self.steps = steps
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        state = x
        for step in range(self.steps):
            state = F.relu(x + self.conv(state))
        return state


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Conv2d(3, 12, 3, stride=2, padding=1)
        self.rec1 = RecurrentConv(12, steps=3)
        self.mid = nn.Conv2d(12, 24, 3, stride=2, padding=1)
        self.rec2 = RecurrentConv(24, steps=2)
        self.fc = nn.Linear(24, 10)

    def forward(self, x):
        x = self.rec1(self.inp(x))
        x = self.rec2(self.mid(x))
        return self.fc(x.mean((2, 3)))


model = Net()
