# expect: line 14: Block
import torch.nn as nn

class Block(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1)

    def forward(self, x):
        return self.conv(x).relu()

model = nn.Sequential(
    Block(3, 8),
    Block(8),
    nn.Flatten(),
    nn.Linear(8 * 32 * 32, 10),
)
