# expect: line 7: out_features
import torch.nn as nn

hidden = 16
model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(3072, hidden - 32),
    nn.Linear(hidden, 10),
)
