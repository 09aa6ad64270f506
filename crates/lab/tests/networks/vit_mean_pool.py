from dataclasses import dataclass
import math
import torch
from torch import nn
import torch.nn.functional as F

# settings
PATCH = 7
DIM = 32
HEADS = 2
N_TOKENS = (28 // PATCH) ** 2

class MultiHeadSelfAttention(nn.Module):
    def __init__(self, dim: int, n_heads: int) -> None:
        super().__init__()
        assert dim % n_heads == 0, f"{dim} does not divide by {n_heads}"
        self.n_heads = n_heads
        self.to_q = nn.Linear(dim, dim)
        self.to_k = nn.Linear(dim, dim)
        self.to_v = nn.Linear(dim, dim)
        self.to_out = nn.Linear(dim, dim)

    def split(self, x):
        b, n, d = x.shape
        return x.view(b, n, self.n_heads, d // self.n_heads).transpose(1, 2)

    def forward(self, x):
        q, k, v = map(self.split, (self.to_q(x), self.to_k(x), self.to_v(x)))
        att = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(q.size(-1))
        att = torch.softmax(att, dim=-1)
        y = torch.matmul(att, v).transpose(1, 2).contiguous()
        return self.to_out(y.view(y.size(0), y.size(1), -1))

class TransformerLayer(nn.Module):
    def __init__(self, dim, n_heads, hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(dim, n_heads)
        self.ln1, self.ln2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.ff = nn.Sequential(nn.Linear(dim, hidden), nn.ReLU(), nn.Linear(hidden, dim))

    def forward(self, x):
        x = self.ln1(x + self.attention(x))
        return self.ln2(x + self.ff(x))

class PatchTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(PATCH * PATCH, DIM)
        self.position = nn.Parameter(0.02 * torch.randn(1, N_TOKENS, DIM))
        self.layers = nn.Sequential(*(TransformerLayer(DIM, HEADS, 2 * DIM) for _ in range(2)))
        self.fc = nn.Linear(DIM, 10)

    def patches(self, x):
        # [N, 1, 28, 28] -> [N, 16, 49]
        n = x.size(0)
        x = x.reshape(n, 28 // PATCH, PATCH, 28 // PATCH, PATCH)
        return x.permute(0, 1, 3, 2, 4).reshape(n, N_TOKENS, PATCH * PATCH)

    def forward(self, x):
        x = self.embed(self.patches(x)) + self.position
        x = self.layers(x)
        return self.fc(x.mean(1))

model = PatchTransformer()
