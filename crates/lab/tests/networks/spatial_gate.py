import torch
import torch.nn as nn

class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, 5, padding='same')
    def forward(self, x):
        # max and mean over the channels, stacked as two maps
        maps = torch.stack([x.amax(dim=1), x.mean(dim=1)], dim=1)
        return x * self.conv(maps).sigmoid()

class GatedCNN(nn.Module):
    def __init__(self, w=12):
        super().__init__()
        self.conv1 = nn.Conv2d(1, w, 3, stride=2, padding=1)
        self.gate1 = Gate()
        self.conv2 = nn.Conv2d(w, 2 * w, 3, stride=2, padding=1)
        self.gate2 = Gate()
        self.fc = nn.Linear(2 * w, 10)
    def forward(self, x):
        x = self.gate1(torch.relu(self.conv1(x)))
        x = self.gate2(torch.relu(self.conv2(x)))
        x = x.max(dim=3)[0].max(dim=2).values
        return self.fc(x)

model = GatedCNN()
