# expect: line 8: MaxPool2d
import torch.nn as nn

model = nn.Sequential(
    nn.Conv2d(3, 8, 3, stride=4), nn.ReLU(),
    nn.MaxPool2d(4),
    nn.Conv2d(8, 8, 1), nn.ReLU(),
    nn.MaxPool2d(4),
    nn.Flatten(),
    nn.Linear(8, 10),
)
