import torch.nn as nn

model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(784, 24), nn.LeakyReLU(negative_slope=0.1),
    nn.Linear(24, 24), nn.ELU(alpha=0.5),
    nn.Linear(24, 24), nn.SELU(),
    nn.Linear(24, 24), nn.GELU(),
    nn.Linear(24, 24), nn.GELU(approximate='tanh'),
    nn.Linear(24, 24), nn.SiLU(),
    nn.Linear(24, 24), nn.Mish(),
    nn.Linear(24, 24), nn.Softplus(beta=2),
    nn.Linear(24, 24), nn.Hardtanh(-2, 2),
    nn.Linear(24, 24), nn.ReLU6(),
    nn.Linear(24, 24), nn.Tanh(),
    nn.Linear(24, 24), nn.Sigmoid(),
    nn.Linear(24, 10),
)
