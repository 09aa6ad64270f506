class SE(nn.Module):
    def __init__(self, c, r=4):
        super().__init__()
        self.fc1 = nn.Linear(c, c // r)
        self.fc2 = nn.Linear(c // r, c)

    def forward(self, x):
        b, c, h, w = x.shape
        s = x.mean([2, 3])                      # squeeze
        s = F.relu(self.fc1(s))
        s = torch.sigmoid(self.fc2(s)).view(b, c, 1, 1)
        return x * s                            # excite

class SENet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 16, 3, padding=1)
        self.se1 = SE(16)
        self.c2 = nn.Conv2d(16, 32, 3, padding=1)
        self.se2 = SE(32, r=8)
        self.fc = nn.Linear(32 * 7 * 7, 10)

    def forward(self, x):
        x = F.max_pool2d(self.se1(F.relu(self.c1(x))), kernel_size=2)
        x = F.max_pool2d(self.se2(F.relu(self.c2(x))), kernel_size=2)
        return self.fc(x.flatten(1))
