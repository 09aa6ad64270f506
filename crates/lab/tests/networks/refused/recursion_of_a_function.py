# expect: line 5: grow
import torch.nn as nn

def grow(width):
    return [nn.Linear(width, width), nn.ReLU()] + grow(width)

model = nn.Sequential(nn.Flatten(), *grow(3072))
