import torch
import torch.nn as nn
import torch.nn.functional as F

class LeNetColor(nn.Module):

    def __init__(self):
        super(LeNetColor, self).__init__()
        # colour pictures, so three channels come in
        self.c1 = nn.Conv2d(3, 6, 5)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.shrink = nn.MaxPool2d(2, 2)
        self.f5 = nn.Linear(16 * 5 * 5, 120)
        self.f6 = nn.Linear(120, 84)
        self.f7 = nn.Linear(84, 10)

    def how_many(self, maps):
        total = 1
        for length in maps.size()[1:]:   # everything after the batch
            total *= length
        return total

    def forward(self, x):
        for conv in (self.c1, self.c3):
            x = self.shrink(F.relu(conv(x)))
        x = x.view(-1, self.how_many(x))
        x = F.relu(self.f5(x))
        x = F.relu(self.f6(x))
        return self.f7(x)

lenet = LeNetColor()
