import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor


class Stem(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 10, kernel_size=5)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(F.max_pool2d(self.conv(x), 2))


class Tail(nn.Module):
    def __init__(self, features: int) -> None:
        super().__init__()
        self.fc = nn.Linear(features, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x)


class Net(nn.Module):
    stem: Stem
    tail: Tail

    def __init__(self) -> None:
        super().__init__()
        self.stem = Stem()
        self.tail = Tail(10 * 12 * 12)

    def forward(self, x: Tensor) -> Tensor:
        """
        Args:
            x: pictures, [N, 1, 28, 28]
        Returns:
            logits, [N, 10]
        """
        h = self.stem(x)
        # h: [N, 10, 12, 12]
        return self.tail(h.flatten(start_dim=1, end_dim=-1))
