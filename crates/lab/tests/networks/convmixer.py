import torch.nn as nn

class Skip(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return x + self.inner(x)

def activated(layer, width):
    return nn.Sequential(layer, nn.GELU(), nn.BatchNorm2d(width))

def mixer(width, kernel):
    spatial = nn.Conv2d(width, width, kernel, groups=width, padding="same")
    return nn.Sequential(Skip(activated(spatial, width)), activated(nn.Conv2d(width, width, 1), width))

def conv_mixer(width, depth, kernel=9, patch=7, classes=1000):
    return nn.Sequential(
        activated(nn.Conv2d(3, width, patch, stride=patch), width),
        *[mixer(width, kernel) for _ in range(depth)],
        nn.AdaptiveAvgPool2d((1, 1)),
        nn.Flatten(),
        nn.Linear(width, classes),
    )

model = conv_mixer(32, 3, kernel=5, patch=4, classes=10)
