# expect: line 4: list
import torch.nn as nn

widths = [64] * 4000000000
model = nn.Sequential(nn.Flatten(), nn.Linear(3072, widths[0]), nn.Linear(64, 10))
