import torch
import torch.nn as nn


def pointwise(c_in, c_out, act=True):
    layers = [nn.Conv2d(c_in, c_out, 1, bias=False), nn.BatchNorm2d(c_out)]
    return layers + [nn.ReLU6(inplace=True)] if act else layers


class InvertedResidual(nn.Module):
    '''widen, filter each channel, narrow again; the narrow ends are added'''
    def __init__(self, c_in, c_out, stride, ratio):
        super().__init__()
        assert stride in (1, 2)
        wide = int(round(c_in * ratio))
        layers = []
        if ratio != 1:
            layers.extend(pointwise(c_in, wide))
        layers.extend([
            nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU6(inplace=True),
        ])
        layers.extend(pointwise(wide, c_out, act=False))
        self.conv = nn.Sequential(*layers)
        self.adds = stride == 1 and c_in == c_out

    def forward(self, x):
        if self.adds:
            return x + self.conv(x)
        else:
            return self.conv(x)


class MobileNetV2(nn.Module):
    rows = [dict(t=1, c=8, n=1, s=1), dict(t=4, c=12, n=2, s=2), dict(t=4, c=16, n=2, s=2)]

    def __init__(self, classes=10):
        super().__init__()
        c = 8
        self.features = [nn.Conv2d(3, c, 3, padding=1, bias=False), nn.BatchNorm2d(c), nn.ReLU6(inplace=True)]
        for row in self.rows:
            for i in range(row['n']):
                self.features.append(InvertedResidual(c, row['c'], row['s'] if i == 0 else 1, ratio=row['t']))
                c = row['c']
        # from a list to one module
        self.features = nn.Sequential(*self.features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(c, classes))

    def forward(self, x):
        x = self.features(x)
        x = x.mean(3).mean(2)
        return self.classifier(x)


net = MobileNetV2()
