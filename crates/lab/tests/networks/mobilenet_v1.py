import torch
import torch.nn as nn

class MobileNet(nn.Module):
    # a width, or a width and a stride
    plan = [24, (32, 2), (48, 2), (64, 2)]

    def __init__(self, classes=10):
        super(MobileNet, self).__init__()

        def full(c_in, c_out):
            return nn.Sequential(nn.Conv2d(c_in, c_out, 3, padding=1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU())

        def separable(c_in, c_out, stride):
            depthwise = nn.Conv2d(c_in, c_in, 3, stride, 1, groups=c_in, bias=False)
            pointwise = nn.Conv2d(c_in, c_out, 1, bias=False)
            return nn.Sequential(depthwise, nn.BatchNorm2d(c_in), nn.ReLU(),
                                 pointwise, nn.BatchNorm2d(c_out), nn.ReLU())

        blocks = [full(3, 12)]
        c = 12
        for step in self.plan:
            if isinstance(step, tuple):
                width, stride = step
            else:
                width, stride = step, 1
            blocks.append(separable(c, width, stride))
            c = width
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(c, classes)

    def forward(self, x):
        x = self.blocks(x)
        x = nn.functional.max_pool2d(x, 4)
        return self.fc(x.view(-1, 64))

model = MobileNet()
