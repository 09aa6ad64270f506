model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(3 * 32 * 32, 256), nn.ReLU(),
    nn.Linear(256, 128), nn.ReLU(),
    nn.Linear(128, 10),
)
