import torch
import torch.nn as nn
from torch.nn import init

class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(3, 12, 5, stride=2, padding=2)
        self.conv2 = nn.Conv2d(12, 24, 3, stride=2, padding=1)
        self.bn = nn.BatchNorm2d(24)
        self.fc1 = nn.Linear(24 * 8 * 8, 32)
        self.fc2 = nn.Linear(32, 10)
        self.reset_parameters()

    def reset_parameters(self):
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                init.xavier_uniform_(m.weight, gain=nn.init.calculate_gain('relu'))
                init.constant_(m.bias, 0.)
            elif isinstance(m, nn.BatchNorm2d):
                init.ones_(m.weight)
                init.zeros_(m.bias)
        # the last layer begins small
        init.uniform_(self.fc2.weight, -1e-3, 1e-3)

    def forward(self, x):
        x = torch.relu(self.conv1(x))
        x = torch.relu(self.bn(self.conv2(x)))
        x = x.view(x.size(0), -1)
        x = torch.relu(self.fc1(x))
        return self.fc2(x)

model = Net()
