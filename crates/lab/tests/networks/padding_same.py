import torch.nn as nn

# translated from a Keras tutorial
model = nn.Sequential(
    nn.Conv2d(1, 8, kernel_size=(3, 3), padding='same'),
    nn.ReLU(),
    nn.Conv2d(8, 8, kernel_size=(4, 4), padding='same'),
    nn.ReLU(),
    nn.MaxPool2d((2, 2)),
    nn.Conv2d(8, 16, kernel_size=(3, 5), padding='same', dilation=2),
    nn.ReLU(),
    nn.MaxPool2d((2, 2)),
    nn.Conv2d(16, 16, 3, padding='valid'),
    nn.ReLU(),
    nn.Dropout(0.25),
    nn.Flatten(),
    nn.Linear(16 * 5 * 5, 32),
    nn.ReLU(),
    nn.Dropout(0.5),
    nn.Linear(32, 10),
    nn.Softmax(dim=1),
)
