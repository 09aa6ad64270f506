import torch.nn as nn

widths = [3, 16, 24, 32, 48]

def stage(i, o):
    return nn.Sequential(
        nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU(True),
        nn.Conv2d(o, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU(True),
        nn.MaxPool2d(2),
    )

model = nn.Sequential(
    *[stage(i, o) for i, o in zip(widths, widths[1:])],
    nn.AdaptiveAvgPool2d(1),
    nn.Flatten(),
    nn.Linear(widths[-1], 10),
)
