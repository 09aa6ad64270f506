"""LeNet-5 with today's habits: ReLU, max-pooling, batch normalisation."""
from __future__ import annotations

from typing import Tuple

import torch
from torch import Tensor, nn


class ConvBlock(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, kernel_size: int = 5, *, padding: int = 0) -> None:
        super().__init__()
        self.conv: nn.Conv2d = nn.Conv2d(in_channels, out_channels, kernel_size, padding=padding)
        self.bn: nn.BatchNorm2d = nn.BatchNorm2d(out_channels)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        return self.pool(torch.relu(self.bn(self.conv(x))))


class LeNet5(nn.Module):
    def __init__(self, channels: Tuple[int, int] = (6, 16), num_classes: int = 10) -> None:
        super().__init__()
        first, second = channels
        self.block1 = ConvBlock(1, first, padding=2)
        self.block2 = ConvBlock(first, second)
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(second * 25, 84), nn.ReLU(), nn.Linear(84, num_classes))

    def forward(self, x: Tensor) -> Tensor:
        """x: [N, 1, 28, 28]"""
        assert x.dim() == 4, f"expected a batch of pictures, got {x.shape}"
        return self.head(self.block2(self.block1(x)))


model: nn.Module = LeNet5()
