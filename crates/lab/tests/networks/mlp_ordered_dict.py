from collections import OrderedDict

from torch import nn

model = nn.Sequential(OrderedDict([
    ('flatten', nn.Flatten()),
    ('fc1', nn.Linear(784, 32)),
    ('relu1', nn.ReLU()),
    ('fc2', nn.Linear(32, 16)),
    ('relu2', nn.ReLU()),
    ('output', nn.Linear(16, 10)),
    ('logprob', nn.LogSoftmax(dim=1)),
]))
