nn.Sequential(
    nn.Flatten(),
    nn.Linear(28*28, 50),
    nn.Sigmoid(),
    nn.Linear(50, 10),
)
