# expect: line 6: super().__init__()
import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(3072, 10)

    def forward(self, x):
        return self.fc(x.flatten(1))

model = Net()
