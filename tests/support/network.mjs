// The ConvNetJS CIFAR-10 network in both tongues, and its bench request.

/** As the page's language writes it. */
export const convnetjsNetwork = `nn.Sequential(
  nn.Conv2d(3, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
  nn.Conv2d(16, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
  nn.Conv2d(20, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
  nn.Flatten(), nn.Linear(320, 10),
)`;

/** As ConvNetJS's own page defines it. */
export const convnetjsLayers = [
  { type: "input", out_sx: 32, out_sy: 32, out_depth: 3 },
  { type: "conv", sx: 5, filters: 16, stride: 1, pad: 2, activation: "relu" },
  { type: "pool", sx: 2, stride: 2 },
  { type: "conv", sx: 5, filters: 20, stride: 1, pad: 2, activation: "relu" },
  { type: "pool", sx: 2, stride: 2 },
  { type: "conv", sx: 5, filters: 20, stride: 1, pad: 2, activation: "relu" },
  { type: "pool", sx: 2, stride: 2 },
  { type: "softmax", num_classes: 10 },
];

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
