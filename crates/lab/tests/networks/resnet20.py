"""ResNet-20 for CIFAR-10, after section 4.2 of the paper (He et al. 2015)."""
import torch
import torch.nn as nn


def conv3x3(in_planes, out_planes, stride=1):
    return nn.Conv2d(in_planes, out_planes, kernel_size=3, stride=stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_planes, planes, stride=1, downsample=None):
        super(BasicBlock, self).__init__()
        self.conv1 = conv3x3(in_planes, planes, stride)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))

        if self.downsample is not None:     # where the shapes differ
            identity = self.downsample(x)

        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    def __init__(self, block, depth, classes=10):
        super(ResNet, self).__init__()
        assert (depth - 2) % 6 == 0, f'{depth} is not 6n + 2'
        n = (depth - 2) // 6
        self.planes = 16

        self.conv1 = conv3x3(3, 16)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = self._make_layer(block, 16, n)
        self.layer2 = self._make_layer(block, 32, n, stride=2)
        self.layer3 = self._make_layer(block, 64, n, stride=2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(64 * block.expansion, classes)

        # He's initialisation
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode='fan_out', nonlinearity='relu')
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)

    def _make_layer(self, block, planes, count, stride=1):
        out_planes = planes * block.expansion
        downsample = None
        if stride != 1 or self.planes != out_planes:
            downsample = nn.Sequential(
                nn.Conv2d(self.planes, out_planes, 1, stride, bias=False),
                nn.BatchNorm2d(out_planes),
            )
        blocks = [block(self.planes, planes, stride, downsample)]
        self.planes = out_planes
        for _ in range(count - 1):
            blocks.append(block(self.planes, planes))
        return nn.Sequential(*blocks)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer1(x)      # 16 x 32 x 32
        x = self.layer2(x)      # 32 x 16 x 16
        x = self.layer3(x)      # 64 x 8 x 8
        x = torch.flatten(self.pool(x), 1)
        return self.fc(x)


def resnet20(**kwargs):
    return ResNet(BasicBlock, 20, **kwargs)


model = resnet20()
