# expect: line 4: (
import torch.nn as nn

model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(3072, 32),
    nn.ReLU(),
    nn.Linear(32, 10),
