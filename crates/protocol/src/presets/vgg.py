def block(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2),
    )


model = nn.Sequential(
    block(3, 16),
    block(16, 32),
    block(32, 64),
    nn.Flatten(),
    nn.Linear(64 * 4 * 4, 128), nn.ReLU(), nn.Dropout(0.25),
    nn.Linear(128, 10),
)
