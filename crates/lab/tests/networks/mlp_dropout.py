import torch
from torch import nn
import torch.nn.functional as F

# hyperparameters
lr = 0.01
batch_size = 64
epochs = 5
hidden = 48

class MLP(nn.Module):
    def __init__(self, n_hidden=hidden, p=0.5):
        super().__init__()
        self.p = p
        self.fc1 = nn.Linear(28 * 28, n_hidden)
        self.fc2 = nn.Linear(n_hidden, n_hidden)
        self.out = nn.Linear(n_hidden, 10)

    def forward(self, x):
        x = x.view(x.size(0), -1)      # flatten
        x = F.relu(self.fc1(x))
        x = F.dropout(x, self.p, training=self.training)
        x = F.relu(self.fc2(x))
        x = F.dropout(x, p=self.p, training=self.training)
        return self.out(x)

device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
model = MLP().to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
criterion = nn.CrossEntropyLoss()
