import torch.nn as nn

def micro(c_in, c_out, k, stride=1, padding=0):
    """A convolution and a small perceptron at every place."""
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, k, stride, padding), nn.ReLU(),
        nn.Conv2d(c_out, c_out, kernel_size=1), nn.ReLU(),
    )

nin = nn.Sequential(
    micro(3, 24, k=5, padding=2),
    nn.MaxPool2d(3, stride=2),
    micro(24, 32, k=5, padding=2),
    nn.MaxPool2d(3, stride=2),
    micro(32, 32, k=3, padding=1),
    nn.MaxPool2d(3, stride=2),
    nn.Dropout(0.5),
    micro(32, 10, k=3, padding=1),   # one map for each class
    nn.AdaptiveAvgPool2d((1, 1)),
    nn.Flatten(),
)
