# expect: line 7: zero
import torch.nn as nn

groups = 0
model = nn.Sequential(
    nn.Conv2d(3, 16, 3),
    nn.Conv2d(16, 16 // groups, 3),
    nn.Flatten(),
    nn.Linear(16 * 28 * 28, 10),
)
