import torch.nn as nn

model = nn.Sequential()
model.add_module('conv1', nn.Conv2d(1, 8, 5, padding=2))
model.add_module('relu1', nn.ReLU())
model.add_module('pool1', nn.MaxPool2d(2))
model.add_module('conv2', nn.Conv2d(8, 16, 5, padding=2))
model.add_module('relu2', nn.ReLU())
model.add_module('pool2', nn.MaxPool2d(2))
model.add_module('flatten', nn.Flatten())
model.add_module('fc', nn.Linear(784, 10))
