import torch
import torch.nn as nn

class DigitNet(nn.Module):
    def __init__(self):
        super(DigitNet, self).__init__()
        self.first = nn.Sequential(
            nn.Conv2d(
                in_channels=1, out_channels=12,
                kernel_size=5, stride=1, padding=2,
            ),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),        # 28 -> 14
        )
        self.second = nn.Sequential(
            nn.Conv2d(12, 24, 5, 1, 2),
            nn.ReLU(),
            nn.MaxPool2d(2),                    # 14 -> 7
        )
        self.digits = nn.Linear(in_features=24 * 7 * 7, out_features=10, bias=True)

    def forward(self, picture):
        maps = self.second(self.first(picture))
        rows = maps.view(maps.size(0), -1)
        scores = self.digits(rows)
        return scores

digit_net = DigitNet()
loss_function = nn.CrossEntropyLoss()
