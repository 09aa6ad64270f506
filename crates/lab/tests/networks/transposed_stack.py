import torch.nn as nn

net = nn.Sequential(
    nn.Conv2d(1, 8, 3, stride=2, padding=1),               # 14
    nn.BatchNorm2d(8), nn.LeakyReLU(0.2, inplace=True),
    nn.Conv2d(8, 16, 3, stride=2, padding=1),              # 7
    nn.BatchNorm2d(16), nn.LeakyReLU(0.2, inplace=True),
    nn.ConvTranspose2d(16, 8, 3, stride=2, padding=1, output_padding=1, bias=False),  # 14
    nn.BatchNorm2d(8), nn.LeakyReLU(0.2, inplace=True),
    nn.ConvTranspose2d(8, 8, kernel_size=4, stride=2, padding=1, groups=2),           # 28
    nn.Tanh(),
    nn.MaxPool2d(4),
    nn.Flatten(),
    nn.Linear(8 * 7 * 7, 10),
)
