# expect: line 5: groups
import torch.nn as nn

model = nn.Sequential(
    nn.Conv2d(3, 16, 3, padding=1, groups=2),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(16 * 32 * 32, 10),
)
