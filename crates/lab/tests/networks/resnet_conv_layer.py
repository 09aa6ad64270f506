from torch import nn

class Norm(nn.Sequential):
  """Conv, norm, activation: a Sequential by inheritance."""
  def __init__(self, i, o, k=3, stride=1, act=True):
    parts = [nn.Conv2d(i, o, k, stride=stride, padding=k // 2, bias=False), nn.BatchNorm2d(o)]
    if act: parts.append(nn.ReLU())
    super().__init__(*parts)

class Res(nn.Module):
  def __init__(self, i, o, stride=1):
    super().__init__()
    self.main = nn.Sequential(Norm(i, o), Norm(o, o, stride=stride, act=False))
    self.side = nn.Sequential(
      nn.Identity() if stride == 1 else nn.AvgPool2d(2, ceil_mode=True),
      nn.Identity() if i == o else Norm(i, o, 1, act=False),
    )
    self.act = nn.ReLU(inplace=True)

  def forward(self, x): return self.act(self.main(x) + self.side(x))

learn_rate = 6e-2; epochs = 5

model = nn.Sequential(
  Res(1, 8, stride=2),    # 14x14
  Res(8, 16, stride=2),   # 7x7
  Res(16, 32, stride=2),  # 4x4
  Res(32, 32),
  nn.AdaptiveAvgPool2d(1),
  nn.Flatten(),
  nn.Linear(32, 10, bias=False),
  nn.BatchNorm1d(10),
)
