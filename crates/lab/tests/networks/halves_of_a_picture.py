import torch
import torch.nn as nn
import torch.nn.functional as F

class Siamese(nn.Module):
    def __init__(self):
        super(Siamese, self).__init__()
        self.conv1 = nn.Conv2d(1, 8, 3)
        self.conv2 = nn.Conv2d(8, 16, 3)
        self.fc1 = nn.Linear(16 * 2 * 5, 32)
        self.fc2 = nn.Linear(64, 10)

    def embed(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return torch.tanh(self.fc1(x.view(x.size(0), -1)))

    def forward(self, x):
        h = x.shape[2] // 2
        top = self.embed(x[:, :, :h])
        bottom = self.embed(x[:, :, h:])
        return self.fc2(torch.cat([torch.abs(top - bottom), top * bottom], dim=1))

model = Siamese()
