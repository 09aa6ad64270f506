import torch
import torch.nn as nn


class Block(nn.Module):
    r"""One block of ConvNeXt: \(x + \gamma \cdot f(x)\), the norm and the two linear layers with channels last."""

    def __init__(self, width, scale=1e-6, ratio=4):
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, kernel_size=7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.up = nn.Linear(width, ratio * width)
        self.act = nn.GELU()
        self.down = nn.Linear(ratio * width, width)
        if scale > 0:
            self.gamma = nn.Parameter(scale * torch.ones((width)), requires_grad=True)
        else:
            self.gamma = None

    def forward(self, x):
        y = self.depthwise(x).permute(0, 2, 3, 1)      # channels last
        y = self.down(self.act(self.up(self.norm(y))))
        if self.gamma is not None:
            y = self.gamma * y
        return x + y.permute(0, 3, 1, 2)               # channels first again


class Norm2d(nn.LayerNorm):
    """LayerNorm over the channels of pictures"""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    def __init__(self, channels=3, classes=10, depths=[1, 2], widths=[16, 32]):
        super().__init__()
        self.patchify = nn.Sequential(nn.Conv2d(channels, widths[0], kernel_size=4, stride=4), Norm2d(widths[0]))
        self.stage1 = nn.Sequential(*[Block(widths[0]) for _ in range(depths[0])])
        self.halve = nn.Sequential(Norm2d(widths[0]), nn.Conv2d(widths[0], widths[1], kernel_size=2, stride=2))
        self.stage2 = nn.Sequential(*[Block(widths[1]) for _ in range(depths[1])])
        self.norm = nn.LayerNorm(widths[-1], eps=1e-6)
        self.head = nn.Linear(widths[-1], classes)

    def embed(self, x):
        x = self.stage1(self.patchify(x))
        x = self.stage2(self.halve(x))
        return self.norm(x.mean([-2, -1]))

    def forward(self, x):
        return self.head(self.embed(x))


model = ConvNeXt()
