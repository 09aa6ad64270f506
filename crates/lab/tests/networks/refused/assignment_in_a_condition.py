# expect: line 6: =
import torch.nn as nn

depth = 2
layers = [nn.Flatten(), nn.Linear(3072, 32)]
if depth = 2:
    layers.append(nn.Linear(32, 32))

model = nn.Sequential(*layers, nn.Linear(32, 10))
