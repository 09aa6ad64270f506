"""A network's state dict as PyTorch and safetensors write it: the file itself, its keys in order, and what the network that
reads it puts out. The file is an example's too."""

import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

from golden import fill, golden, uniform, write

FILE = pathlib.Path(__file__).parents[2] / "examples" / "pytorch.safetensors"


class Block(nn.Module):
    """A residual block."""

    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        return torch.relu(x + self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))))


network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), Block(4), nn.Flatten(), nn.Linear(64, 5))
state = {}
for place, (key, tensor) in enumerate(network.state_dict().items()):
    if key.endswith("num_batches_tracked"):
        state[key] = torch.tensor(100 + place)
        continue
    low = 0.5 if key.endswith("running_var") else -0.5
    dtype = torch.float16 if "conv" in key else torch.bfloat16 if key.startswith("5.") else torch.float32
    state[key] = fill(f"state_dict/{key}", uniform(*tensor.shape, low=low, high=low + 1)).to(dtype)
save_file(state, FILE, metadata={"format": "pt"})

network.load_state_dict(state)
network.eval()
images = fill("state_dict/images", uniform(2, 3, 6, 6))
write(
    "state_dict",
    [
        {
            "tensors": [
                {
                    "key": key,
                    "dtype": str(tensor.dtype).removeprefix("torch."),
                    "numbers": golden(f"state_dict/{key}", tensor.double()),
                }
                for key, tensor in state.items()
            ],
            "logits": golden("state_dict/logits", network(images)),
        }
    ],
)
