# expect: line 5: string
import torch.nn as nn

model = nn.Sequential(
    nn.Conv2d(3, 8, 3, padding='same),
    nn.Flatten(),
    nn.Linear(8 * 32 * 32, 10),
)
