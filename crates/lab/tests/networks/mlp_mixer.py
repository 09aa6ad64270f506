import torch.nn as nn


class TwoLinears(nn.Sequential):
    def __init__(self, size, hidden, p=0.):
        super().__init__(nn.Linear(size, hidden), nn.GELU(), nn.Dropout(p), nn.Linear(hidden, size), nn.Dropout(p))


class Mix(nn.Module):
    """First between the patches, then between the channels."""

    def __init__(self, width, patches, *, patch_hidden, channel_hidden):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.between_patches = TwoLinears(patches, patch_hidden)
        self.norm2 = nn.LayerNorm(width)
        self.between_channels = TwoLinears(width, channel_hidden)

    def forward(self, x):
        turned = self.norm1(x).transpose(1, 2)
        x = x + self.between_patches(turned).transpose(1, 2)
        return x + self.between_channels(self.norm2(x))


class Mixer(nn.Module):
    def __init__(self, side, patch, width, depth, classes, channels=3):
        super().__init__()
        assert side % patch == 0, 'the patches must fill the picture'
        patches = (side // patch) ** 2
        self.cut = nn.Conv2d(channels, width, patch, patch)
        self.mixes = nn.ModuleList([])
        for _ in range(depth):
            self.mixes.append(Mix(width, patches, patch_hidden=24, channel_hidden=2 * width))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        x = self.cut(x).flatten(2).permute(0, 2, 1)
        for mix in self.mixes:
            x = mix(x)
        return self.head(self.norm(x).mean(dim=1))


model = Mixer(side=32, patch=4, width=32, depth=2,
              classes=10)
