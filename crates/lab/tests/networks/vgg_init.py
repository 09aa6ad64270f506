import math
import torch
import torch.nn as nn

WIDTHS = [12, 12, 'M', 24, 24, 'M', 32, 'M']

class SmallVGG(nn.Module):
    def __init__(self, dataset='cifar10', widths=None, batch_norm=True, init=True):
        super(SmallVGG, self).__init__()
        if widths is None:
            widths = WIDTHS
        if dataset == 'cifar10':
            n_classes = 10
        elif dataset == 'cifar100':
            n_classes = 100
        else:
            raise ValueError(f'unknown dataset {dataset}')
        self.body = self._body(widths, batch_norm)
        self.out = nn.Linear(widths[-2], n_classes)
        if init:
            self._init()

    def _body(self, widths, batch_norm=False):
        modules, before = [], 3
        for w in widths:
            if w == 'M':
                modules.append(nn.MaxPool2d(2))
            else:
                modules.append(nn.Conv2d(before, w, kernel_size=3, padding=1, bias=not batch_norm))
                if batch_norm:
                    modules.append(nn.BatchNorm2d(w))
                modules.append(nn.ReLU(inplace=True))
                before = w
        return nn.Sequential(*modules)

    def _init(self):
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode='fan_out', nonlinearity='relu')
                if m.bias is not None:
                    nn.init.zeros_(m.bias)
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.weight, 0.5)
                nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, 0, 1 / math.sqrt(m.in_features))
                nn.init.zeros_(m.bias)

    def forward(self, x):
        maps = self.body(x)
        pooled = nn.AvgPool2d(4)(maps)
        return self.out(pooled.view(pooled.size(0), -1))

model = SmallVGG()
