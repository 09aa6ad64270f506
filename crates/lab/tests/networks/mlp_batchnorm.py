import torch
import torch.nn as nn


class Classifier(nn.Module):
    """Two hidden layers, each normalised before its activation."""

    def __init__(self, in_features: int = 784, hidden: int = 40, num_classes: int = 10) -> None:
        super().__init__()
        self.layer1 = nn.Linear(in_features, hidden, bias=False)
        self.bn1 = nn.BatchNorm1d(hidden)
        self.layer2 = nn.Linear(hidden, hidden // 2, bias=False)
        self.bn2 = nn.BatchNorm1d(hidden // 2)
        self.head = nn.Linear(hidden // 2, num_classes)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.reshape(x.shape[0], -1)
        x = self.act(self.bn1(self.layer1(x)))
        x = self.act(self.bn2(self.layer2(x)))
        return self.head(x)


model = Classifier()
