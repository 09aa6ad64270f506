class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(28, 16)
        self.b = nn.Linear(28, 16)
        self.c = nn.Linear(32, 10)

    def forward(self, x):
        x = x.squeeze(1)                    # (N, 28, 28)
        rows = self.a(x).relu().mean(dim=1)
        cols = self.b(x.transpose(1, 2)).tanh().sum(1) / 28
        both = torch.cat((rows, cols), dim=-1)
        both = both - both.mean(dim=1, keepdim=True)
        scale = both.pow(2).mean(1, keepdim=True).sqrt() + 1e-3
        return self.c((both / scale).clamp(-2, 2))

model = Net()
