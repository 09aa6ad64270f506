import torch
import torch.nn as nn

class FeedForward(nn.Module):
    def __init__(self, sizes=(784, 64, 48, 32, 10)):
        super().__init__()
        self.layers = nn.ModuleList()
        for n_in, n_out in zip(sizes[:-1], sizes[1:]):
            self.layers.append(nn.Linear(n_in, n_out))

    def forward(self, x):
        x = torch.flatten(x, 1)
        last = len(self.layers) - 1
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i < last:
                x = torch.tanh(x)
        return x
