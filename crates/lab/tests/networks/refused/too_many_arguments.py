# expect: line 6: nn.Linear
import torch.nn as nn

model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(3072, 64, True, None, None, 0.5),
    nn.ReLU(),
    nn.Linear(64, 10),
)
