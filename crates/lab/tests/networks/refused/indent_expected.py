# expect: line 6: indent
import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
    super().__init__()
    self.fc = nn.Linear(3072, 10)

    def forward(self, x):
        return self.fc(x.flatten(1))

model = Net()
