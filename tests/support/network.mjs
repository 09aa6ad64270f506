// The ConvNetJS CIFAR-10 network, and its bench request.

export const convnetjsNetwork = `nn.Sequential(
  nn.Conv2d(3, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
  nn.Conv2d(16, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
  nn.Conv2d(20, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
  nn.Flatten(), nn.Linear(320, 10),
)`;

/** A bench of the ConvNetJS network; anything in it can be replaced. */
export const benchRequest = (changes = {}) => ({
  network: convnetjsNetwork,
  input: [3, 32, 32],
  batch: 64,
  optimizer: { kind: "sgd", learning_rate: 0.01, momentum: 0.9 },
  device: "cpu",
  workers: 1,
  seconds: 5,
  ...changes,
});
