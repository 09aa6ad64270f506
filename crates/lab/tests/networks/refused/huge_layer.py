# expect: line 6: parameters
import torch.nn as nn

model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(3072, 900000000000),
    nn.Linear(900000000000, 10),
)
