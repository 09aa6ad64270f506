from torch import nn

layers = []
channels = 3
for width in [8, 16, 32]:
    layers.append(nn.Conv2d(channels, width, 3, padding=1))
    layers.append(nn.ReLU())
    layers.append(nn.MaxPool2d(2))
    channels = width
layers.extend([nn.Flatten(), nn.Linear(channels * 4 * 4, 10)])

net = nn.Sequential(*layers)
