# expect: line 5: positional
import torch.nn as nn

model = nn.Sequential(
    nn.Conv2d(in_channels=3, 16, 3),
    nn.Flatten(),
    nn.Linear(16 * 30 * 30, 10),
)
