import torch.nn as nn

# LeNet-5 as in the 1998 paper, more or less
lenet = nn.Sequential(
    nn.Conv2d(1, 6, kernel_size=5),     # C1
    nn.Tanh(),
    nn.AvgPool2d(kernel_size=2),        # S2
    nn.Conv2d(6, 16, kernel_size=5),    # C3
    nn.Tanh(),
    nn.AvgPool2d(kernel_size=2),        # S4
    nn.Conv2d(16, 120, kernel_size=5),  # C5
    nn.Tanh(),
    nn.Flatten(),
    nn.Linear(120, 84),                 # F6
    nn.Tanh(),
    nn.Linear(84, 10)
)
