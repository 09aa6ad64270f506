# expect: line 7: )
import torch.nn as nn

model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(3072, 10)),
)
