import torch
import torch.nn as nn
import torch.nn.functional as F

class BilinearCNN(nn.Module):
    def __init__(self, c=8, n=5):
        super().__init__()
        self.conv1 = nn.Conv2d(1, c, 5, 2)
        self.conv2 = nn.Conv2d(c, c, 3, 2)
        self.fc = nn.Linear(c * c, n)

    def forward(self, x):
        x = F.softplus(self.conv1(x))
        x = F.softplus(self.conv2(x))
        N, C = x.size(0), x.size(1)
        x = x.reshape(N, C, -1)
        x = x @ x.transpose(1, 2) / x.shape[-1]       # [N, C, C]
        x = torch.sqrt(x + 1e-5).reshape(N, -1)
        x = x / (x.pow(2).sum(dim=1, keepdim=True).sqrt() + 1e-8)
        return self.fc(x)

model = BilinearCNN()
