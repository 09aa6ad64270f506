import torch.nn as nn
import torch.nn.functional as F


class ResidualMLP(nn.Module):

    width = 40

    def __init__(self, n_blocks=3, n_classes=10):
        super().__init__()
        w = self.width
        self.stem = nn.Linear(28 ** 2, w)
        self.norms = nn.ModuleList(nn.LayerNorm(w) for _ in range(n_blocks))
        self.ups = nn.ModuleList(nn.Linear(w, 2 * w) for _ in range(n_blocks))
        self.downs = nn.ModuleList(nn.Linear(2 * w, w) for _ in range(n_blocks))
        self.head = nn.Linear(w, n_classes)

    def forward(self, images):
        h = self.stem(images.flatten(start_dim=1))
        for norm, up, down in zip(self.norms, self.ups, self.downs):
            h = h + down(F.gelu(up(norm(h))))
        return self.head(h)


net = ResidualMLP(n_blocks=2)
