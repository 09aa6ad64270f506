# expect: line 6: while
import torch.nn as nn

layers = []
width = 64
while width > 8:
    layers.append(nn.Linear(width, width // 2))
    width = width // 2

model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 64), *layers, nn.Linear(8, 10))
