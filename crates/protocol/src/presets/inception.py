class Inception(nn.Module):
    def __init__(self, inputs, b1, b3, b5, pool):
        super().__init__()
        self.branch1 = nn.Conv2d(inputs, b1, 1)
        self.branch3 = nn.Sequential(
            nn.Conv2d(inputs, b3 // 2, 1), nn.ReLU(), nn.Conv2d(b3 // 2, b3, 3, padding=1)
        )
        self.branch5 = nn.Sequential(
            nn.Conv2d(inputs, b5 // 2, 1), nn.ReLU(), nn.Conv2d(b5 // 2, b5, 5, padding=2)
        )
        self.pool = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), nn.Conv2d(inputs, pool, 1))

    def forward(self, x):
        branches = [self.branch1(x), self.branch3(x), self.branch5(x), self.pool(x)]
        return F.relu(torch.cat(branches, 1))


class GoogLeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 24, 5, padding=2)
        self.inception1 = Inception(24, 12, 24, 8, 8)
        self.inception2 = Inception(52, 24, 48, 12, 12)
        self.fc = nn.Linear(96, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.stem(x)), 2)
        x = F.max_pool2d(self.inception1(x), 2)
        x = self.inception2(x)
        return self.fc(x.mean([2, 3]))


model = GoogLeNet()
