import torch.nn as nn

model = nn.Sequential(
    nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.Sequential(nn.BatchNorm2d(8), nn.ReLU()),
        nn.MaxPool2d(2),
    ),
    nn.Sequential(
        nn.Conv2d(8, 16, 3, padding=1),
        nn.Sequential(nn.BatchNorm2d(16), nn.ReLU()),
        nn.MaxPool2d(2),
    ),
    nn.Flatten(),
    nn.Sequential(nn.Linear(16 * 8 * 8, 32), nn.ReLU(), nn.Linear(32, 10)),
)
