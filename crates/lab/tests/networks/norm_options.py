import torch.nn as nn

model = nn.Sequential(
    nn.Conv2d(3, 12, 3, stride=2, padding=1, bias=False),
    nn.BatchNorm2d(12, eps=0.001, momentum=0.01),
    nn.ReLU(),
    nn.Conv2d(12, 16, 3, stride=2, padding=1, bias=False),
    nn.BatchNorm2d(16, affine=False),
    nn.ReLU(),
    nn.Conv2d(16, 16, 3, stride=2, padding=1),
    nn.BatchNorm2d(16, track_running_stats=False),
    nn.ReLU(),
    nn.LayerNorm([16, 4, 4]),
    nn.Flatten(),
    nn.Linear(256, 32),
    nn.LayerNorm(32, eps=1e-6, elementwise_affine=False),
    nn.ELU(),
    nn.Linear(32, 24),
    nn.BatchNorm1d(24, momentum=None),
    nn.Tanh(),
    nn.Linear(24, 10),
)
