import torch
import torch.nn as nn


class WhichChannels(nn.Module):
    def __init__(self, channels, reduction=4):
        super(WhichChannels, self).__init__()
        self.mean = nn.AdaptiveAvgPool2d(1)
        self.largest = nn.AdaptiveMaxPool2d(1)
        self.mlp = nn.Sequential(
            nn.Conv2d(channels, channels // reduction, 1, bias=False),
            nn.ReLU(),
            nn.Conv2d(channels // reduction, channels, 1, bias=False),
        )

    def forward(self, x):
        # the same weights judge both summaries
        return torch.sigmoid(self.mlp(self.mean(x)) + self.mlp(self.largest(x)))


class WhichPlaces(nn.Module):
    def __init__(self, kernel_size=7):
        super(WhichPlaces, self).__init__()
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size//2, bias=False)

    def forward(self, x):
        mean = torch.mean(x, dim=1, keepdim=True)
        largest, _ = torch.max(x, dim=1, keepdim=True)
        return torch.sigmoid(self.conv(torch.cat([mean, largest], dim=1)))


class AttentiveNet(nn.Module):
    def __init__(self):
        super(AttentiveNet, self).__init__()
        self.low = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.ReLU())
        self.high = nn.Sequential(nn.Conv2d(16, 32, 3, 2, 1), nn.BatchNorm2d(32), nn.ReLU())
        self.channels = WhichChannels(32)
        self.places = WhichPlaces()
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = self.high(self.low(x))
        x = self.channels(x) * x
        x = self.places(x) * x
        x = nn.functional.adaptive_avg_pool2d(x, (1, 1)).flatten(1)
        return self.fc(x)


model = AttentiveNet()
