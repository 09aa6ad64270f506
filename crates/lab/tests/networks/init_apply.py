import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(1, 8, kernel_size=5, stride=2), nn.Sigmoid(),
    nn.Conv2d(8, 16, kernel_size=3, stride=2), nn.Sigmoid(),
    nn.Flatten(),
    nn.Linear(16 * 5 * 5, 48), nn.Sigmoid(),
    nn.Linear(48, 10))

def start(layer):
    if type(layer) == nn.Linear or type(layer) == nn.Conv2d:
        nn.init.xavier_uniform_(layer.weight)
        layer.bias.data.fill_(0.01)

net.apply(start)
