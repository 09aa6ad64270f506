def conv(i, o, stride=1):
    return nn.Sequential(nn.Conv2d(i, o, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

model = nn.Sequential(
    conv(1, 16), conv(16, 32, stride=2), conv(32, 48),
    conv(48, 96, stride=2), conv(96, 96), nn.MaxPool2d(2),
    conv(96, 192), conv(192, 192), nn.AdaptiveAvgPool2d(1),
    nn.Flatten(), nn.Dropout(0.3), nn.Linear(192, 345),
)
