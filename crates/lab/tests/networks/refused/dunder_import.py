# expect: line 8: __import__
import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3072, 10)
        __import__('os').system('ls')

    def forward(self, x):
        return self.fc(x.flatten(1))

model = Net()
