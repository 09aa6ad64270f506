import torch
import torch.nn as nn

class AlexLike(nn.Module):
    """The plan of AlexNet for pictures of 32x32: five convolutions, three linear layers, dropout between."""

    def __init__(self, num_classes: int = 10, p: float = 0.5):
        super(AlexLike, self).__init__()
        relu = nn.ReLU(inplace=True)        # holds nothing, so one will do
        self.convs = nn.Sequential(
            nn.Conv2d(3, 16, kernel_size=5, stride=2, padding=2), relu,
            nn.MaxPool2d(3, 2, padding=1),
            nn.Conv2d(16, 48, kernel_size=5, padding=2), relu,
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
            nn.Conv2d(48, 64, kernel_size=3, padding=1), relu,
            nn.Conv2d(64, 48, kernel_size=3, padding=1), relu,
            nn.Conv2d(48, 48, kernel_size=3, padding=1), relu,
        )
        self.pool = nn.AdaptiveAvgPool2d((2, 2))
        self.linears = nn.Sequential(
            nn.Dropout(p=p), nn.Linear(48 * 2 * 2, 128), relu,
            nn.Dropout(p=p), nn.Linear(128, 128), relu,
            nn.Linear(128, num_classes),
        )

    def forward(self, x):
        x = self.pool(self.convs(x))
        return self.linears(torch.flatten(x, start_dim=1))


net = AlexLike()
