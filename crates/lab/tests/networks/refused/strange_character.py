# expect: line 7: —
import torch.nn as nn

hidden = 64
model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(3072, hidden — 32),
    nn.Linear(32, 10),
)
