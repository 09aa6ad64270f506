# expect: line 4: large
import torch.nn as nn

width = 10 ** 10 ** 10
model = nn.Sequential(nn.Flatten(), nn.Linear(3072, width), nn.Linear(width, 10))
