# expect: line 5: kernel_size
import torch.nn as nn

model = nn.Sequential(
    nn.Conv2d(3, 16),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(16 * 32 * 32, 10),
)
