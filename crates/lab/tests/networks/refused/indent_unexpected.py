# expect: line 6: indent
import torch.nn as nn

model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
  # only a comment, which may stand anywhere
    print(model)
