import torch
import torch.nn as nn

class Branches(nn.Module):
    def __init__(self, activation: str = "lrelu"):
        super().__init__()
        self.activations = nn.ModuleDict({
            "lrelu": nn.LeakyReLU(),
            "gelu": nn.GELU(),
        })
        self.activation = activation
        self.convs = nn.ModuleDict({
            "small": nn.Conv2d(1, 6, 3, padding=1),
            "large": nn.Conv2d(1, 6, 7, padding=3),
        })
        self.convs["wide"] = nn.Conv2d(1, 4, (1, 5), padding=(0, 2))
        self.out = nn.Linear(16 * 4 * 4, 10)

    def forward(self, x):
        outs = []
        for name, conv in self.convs.items():
            outs.append(conv(x))
        x = torch.cat(outs, 1)
        x = self.activations[self.activation](x)
        x = nn.functional.avg_pool2d(x, 7)
        return self.out(x.view(x.size(0), -1))

model = Branches()
