# expect: line 5: nn.Conv2d
import torch.nn as nn

model = nn.Sequential(
    nn.Conv2D(3, 16, 3, padding=1),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(16 * 32 * 32, 10),
)
