# expect: line 12: tensor
import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3072, 10)
        self.b = nn.Linear(3072, 10)

    def forward(self, x):
        x = x.flatten(1)
        if x.mean() > 0:
            return self.a(x)
        return self.b(x)

model = Net()
