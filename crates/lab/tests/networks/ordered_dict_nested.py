import collections
import torch.nn as nn

features = nn.Sequential(collections.OrderedDict({
    "conv0": nn.Conv2d(3, 12, kernel_size=3, stride=2, padding=1, bias=False),
    "norm0": nn.BatchNorm2d(12),
    "relu0": nn.ReLU(inplace=True),
    "pool0": nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
}))
features.add_module("conv1", nn.Conv2d(12, 24, kernel_size=3, padding=1))
features.add_module("relu1", nn.ReLU(inplace=True))
classifier = nn.Sequential(collections.OrderedDict([("flat", nn.Flatten()), ("fc", nn.Linear(24 * 8 * 8, 10))]))

model = nn.Sequential(collections.OrderedDict(features=features, classifier=classifier))
