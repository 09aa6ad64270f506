# expect: line 7: index
import torch.nn as nn

widths = [3072, 64, 10]
layers = [nn.Flatten()]
for i in range(3):
    layers.append(nn.Linear(widths[i], widths[i + 1]))

model = nn.Sequential(*layers)
