# expect: line 10: unpack
import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3072, 10)

    def forward(self, x):
        b, c, h = x.shape
        return self.fc(x.view(b, c * h * h))

model = Net()
