'''A thin VGG: exercise sheet 7, task 2'''
import torch
import torch.nn as nn


ARCHITECTURES = {
    'small': [16, 'M', 24, 'M', 32, 32, 'M', 48, 48, 'M', 48, 'M'],
    'large': [24, 24, 'M', 48, 48, 'M', 96, 96, 'M', 96, 96, 'M'],   # too slow on my laptop
}


def make_layers(cfg, channels=3, batch_norm=True):
    layers = []
    for entry in cfg:
        if entry == 'M':
            layers += [nn.MaxPool2d(kernel_size=2, stride=2)]
            continue
        layers += [nn.Conv2d(channels, entry, kernel_size=3, padding=1)]
        if batch_norm:
            layers += [nn.BatchNorm2d(entry)]
        layers += [nn.ReLU(inplace=True)]
        channels = entry
    return nn.Sequential(*layers)


class VGG(nn.Module):
    def __init__(self, which='small', classes=10):
        super(VGG, self).__init__()
        cfg = ARCHITECTURES[which]
        widths = [entry for entry in cfg if entry != 'M']
        self.features = make_layers(cfg)
        self.classifier = nn.Linear(widths[-1], classes)

    def forward(self, x):
        x = self.features(x)          # [N, 48, 1, 1]
        x = x.view(x.size(0), -1)
        return self.classifier(x)


def check_shapes():
    pictures = torch.randn(2, 3, 32, 32)
    print(VGG('small')(pictures).shape)

# check_shapes()
vgg = VGG('small')
