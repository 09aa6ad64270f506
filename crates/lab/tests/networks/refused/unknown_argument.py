# expect: line 5: pad
import torch.nn as nn

model = nn.Sequential(
    nn.Conv2d(3, 16, 3, pad=1),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(16 * 32 * 32, 10),
)
