import torch
import torch.nn as nn


class Fire(nn.Module):

    def __init__(self, channels: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, kernel_size=1)
        self.expand1 = nn.Conv2d(squeezed, expanded, kernel_size=1)
        self.expand3 = nn.Conv2d(squeezed, expanded, kernel_size=3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.squeeze(x))
        return torch.cat([self.relu(self.expand1(x)), self.relu(self.expand3(x))], 1)


class SqueezeNet(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        last = nn.Conv2d(48, classes, kernel_size=1)
        self.features = nn.Sequential(
            nn.Conv2d(3, 24, kernel_size=3, stride=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True),
            Fire(24, 8, 16),
            Fire(32, 8, 16),
            nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True),
            Fire(32, 12, 24),
        )
        self.scores = nn.Sequential(last, nn.AdaptiveAvgPool2d((1, 1)))

        for m in self.modules():
            if not isinstance(m, nn.Conv2d):
                continue
            if m is last:
                nn.init.normal_(m.weight, mean=0.0, std=0.01)
            else:
                nn.init.kaiming_uniform_(m.weight)
            if m.bias is not None:
                nn.init.constant_(m.bias, 0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.flatten(self.scores(self.features(x)), 1)


model = SqueezeNet(classes=10)
