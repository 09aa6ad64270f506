import torch
import torch.nn as nn
import torch.nn.functional as F

class Symmetric(nn.Module):
    '''Averages what it says of a picture and of its mirror image'''
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 10, 5, stride=2)
        self.conv2 = nn.Conv2d(10, 20, 5, stride=2)
        self.fc = nn.Linear(500, 10)
        self.unused = nn.Linear(500, 2)     # was for the second task

    def logits(self, x):
        x = F.leaky_relu(self.conv1(x), 0.1)
        x = F.leaky_relu(self.conv2(x), 0.1)
        return self.fc(torch.flatten(x, 1))

    def forward(self, x):
        return (self.logits(x) + self.logits(torch.flip(x, dims=[3]))) / 2

model = Symmetric()
