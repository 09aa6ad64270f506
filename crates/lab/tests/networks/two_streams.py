import torch
import torch.nn as nn


class Stream(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 8, 3, padding=1)
        self.bn = nn.BatchNorm2d(8)

    def forward(self, x):
        return nn.functional.max_pool2d(torch.relu(self.bn(self.conv(x))), 4)


class TwoStreams(nn.Module):
    """Colour and brightness apart."""

    def __init__(self):
        super().__init__()
        self.colour = Stream(3)
        self.grey = Stream(1)
        self.fc = nn.Linear(2 * 8 * 8 * 8, 10)

    def forward(self, x):
        r, g, b = x[:, 0], x[:, 1], x[:, 2]
        grey = (0.299 * r + 0.587 * g + 0.114 * b).unsqueeze(1)
        difference = x - grey
        streams = torch.cat([self.colour(difference), self.grey(grey)], dim=1)
        return self.fc(streams.view(streams.size(0), -1))


model = TwoStreams()
