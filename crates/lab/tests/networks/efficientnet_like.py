import torch
from torch import nn

def swish(x):
    return x * torch.sigmoid(x)

class MBConv(nn.Module):
    def __init__(self, in_ch, out_ch, *, expand=4, kernel=3, stride=1, se_ratio=0.25):
        super().__init__()
        mid = in_ch * expand
        squeezed = max(1, int(in_ch * se_ratio))
        self.conv1 = nn.Conv2d(in_ch, mid, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(mid, momentum=0.01, eps=1e-3)
        self.conv2 = nn.Conv2d(mid, mid, kernel, stride, kernel // 2, groups=mid, bias=False)
        self.bn2 = nn.BatchNorm2d(mid, momentum=0.01, eps=1e-3)
        self.se1 = nn.Conv2d(mid, squeezed, 1)
        self.se2 = nn.Conv2d(squeezed, mid, 1)
        self.conv3 = nn.Conv2d(mid, out_ch, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_ch, momentum=0.01, eps=1e-3)
        self.has_skip = (stride == 1) and (in_ch == out_ch)

    def forward(self, x):
        out = swish(self.bn1(self.conv1(x)))
        out = swish(self.bn2(self.conv2(out)))
        w = out.mean((2, 3), keepdim=True)
        w = torch.sigmoid(self.se2(swish(self.se1(w))))
        out = self.bn3(self.conv3(out * w))
        if self.has_skip:
            out = out + x
        return out

class EfficientNet(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.blocks = nn.ModuleList([
            MBConv(8, 8, expand=1),
            MBConv(8, 12, stride=2),
            MBConv(12, 20, kernel=5, se_ratio=0.5),
        ])
        self.fc = nn.Linear(20, num_classes)

    def forward(self, x):
        x = swish(self.bn(self.stem(x)))
        for idx, block in enumerate(self.blocks):
            x = block(x)
        x = torch.amax(x, dim=(2, 3))
        return self.fc(x)

EfficientNet(num_classes=10)
