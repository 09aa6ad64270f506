# expect: line 9: in_features
import torch.nn as nn

hidden = '64'
model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(3072, 64),
    nn.ReLU(),
    nn.Linear(hidden, 10),
)
