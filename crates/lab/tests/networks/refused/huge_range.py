# expect: line 4: range
import torch.nn as nn

model = nn.Sequential(nn.Flatten(), *[nn.ReLU() for _ in range(1000000000)], nn.Linear(3072, 10))
