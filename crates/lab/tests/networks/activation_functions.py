import torch
import torch.nn as nn
import torch.nn.functional as F

class ActivationZoo(nn.Module):
    '''One small linear layer per activation function, to compare them.'''
    def __init__(self):
        super().__init__()
        self.inp = nn.Linear(784, 20)
        self.fc = nn.ModuleList([nn.Linear(20, 20) for i in range(12)])
        self.out = nn.Linear(20, 10)

    def forward(self, x):
        x = self.inp(x.view(len(x), -1))
        x = F.leaky_relu(self.fc[0](x), 0.2)
        x = F.leaky_relu(self.fc[1](x), negative_slope=0.05)
        x = F.elu(self.fc[2](x))
        x = F.selu(self.fc[3](x))
        x = F.gelu(self.fc[4](x))
        x = F.silu(self.fc[5](x))
        x = F.softplus(self.fc[6](x))
        x = F.hardtanh(self.fc[7](x), min_val=-1., max_val=1.5)
        x = F.relu6(self.fc[8](x))
        x = F.mish(self.fc[9](x))
        x = torch.tanh(self.fc[10](x))
        x = torch.sigmoid(self.fc[11](x))
        return self.out(x)

model = ActivationZoo()
