import torch
from torch import nn

def bn_relu_conv(c_in, c_out, k=3):
    return nn.Sequential(nn.BatchNorm2d(c_in), nn.ReLU(), nn.Conv2d(c_in, c_out, k, padding=k // 2))

class Dense(nn.Module):
    '''Every layer sees what all layers before it have made.'''
    def __init__(self, c_in, growth, n):
        super(Dense, self).__init__()
        self.layers = nn.ModuleList([bn_relu_conv(c_in + i * growth, growth) for i in range(n)])

    def forward(self, x):
        seen = [x]
        for layer in self.layers:
            seen.append(layer(torch.cat(seen, dim=1)))
        return torch.cat(seen, dim=1)

modules = [nn.Conv2d(1, 16, 7, stride=2, padding=3), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
width, growth = 16, 8
depths = [2, 2]
for stage, depth in enumerate(depths):
    modules.append(Dense(width, growth, depth))
    width += depth * growth
    if stage + 1 < len(depths):       # between the stages: half as wide, half as large
        modules.append(bn_relu_conv(width, width // 2, k=1))
        modules.append(nn.AvgPool2d(2))
        width //= 2

net = nn.Sequential(*modules, nn.BatchNorm2d(width), nn.ReLU(), nn.AdaptiveMaxPool2d((1, 1)), nn.Flatten(), nn.Linear(width, 10))
