"""Whole architectures, learning and used: logits, loss and gradients, then five steps, running statistics and logits again."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from golden import fill, golden, number, uniform, write
from networks import batch_of

STEPS = 5
SAMPLES = 4


def named(name, module):
    """Gives every parameter the values of its name: PyTorch's default bound, and spread scales where it is normalised."""
    for path, layer in module.named_modules():
        for key, parameter in layer.named_parameters(recurse=False):
            if isinstance(layer, _BatchNorm):
                low, high = (0.5, 1.5) if key == "weight" else (-0.5, 0.5)
            else:
                high = layer.weight[0].numel() ** -0.5
                low = -high
            values = fill(f"{name}/{path}.{key}", uniform(*parameter.shape, low=low, high=high))
            parameter.data.copy_(values)
    return module


def judged(title, module, images, labels):
    """A pass forward and back."""
    module.zero_grad()
    logits = module(images)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    gradients = {p: golden(f"{title}/gradient/{p}", v.grad, SAMPLES) for p, v in module.named_parameters()}
    return {"logits": golden(f"{title}/logits", logits), "loss": number(loss), "gradients": gradients}


def architecture(name, module, input, batch, classes):
    module = named(name, module)
    images, labels = batch_of(name, 0, input, batch, classes)
    used = judged(f"{name}/eval", module.eval(), images, labels)
    statistics = {key: value.clone() for key, value in module.state_dict().items()}
    learning = judged(f"{name}/train", module.train(), images, labels)
    module.load_state_dict(statistics)
    rule = torch.optim.SGD(module.parameters(), lr=0.01, momentum=0.9)
    losses = []
    for step in range(STEPS):
        images, labels = batch_of(name, step, input, batch, classes)
        rule.zero_grad()
        step_loss = F.cross_entropy(module(images), labels)
        step_loss.backward()
        rule.step()
        losses.append(number(step_loss))
    buffers = {p: golden(f"{name}/buffer/{p}", v.double(), SAMPLES) for p, v in module.named_buffers()}
    with torch.no_grad():
        learned = golden(f"{name}/learned", module.eval()(images))
    return {
        "name": name,
        "input": input,
        "batch": batch,
        "classes": classes,
        "eval": used,
        "train": learning,
        "losses": losses,
        "buffers": buffers,
        "learned": learned,
    }


def lenet5():
    return nn.Sequential(
        *[nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2)],
        *[nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten()],
        *[nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)],
    )


def vgg():
    def block(inner, outer):
        pair = [(inner, outer), (outer, outer)]
        convolutions = [[nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU()] for i, o in pair]
        return [*convolutions[0], *convolutions[1], nn.MaxPool2d(2)]

    head = [nn.Flatten(), nn.Linear(256, 32), nn.ReLU(), nn.Dropout(0.0), nn.Linear(32, 10)]
    return nn.Sequential(*block(3, 8), *block(8, 16), *head)


class BasicBlock(nn.Module):
    """He et al. 2016."""

    def __init__(self, inner, outer, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outer)
        self.conv2 = nn.Conv2d(outer, outer, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outer)
        self.downsample = None
        if stride != 1 or inner != outer:
            self.downsample = nn.Sequential(nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer))

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + identity)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        for index, (inner, outer, stride) in enumerate([(16, 16, 1), (16, 32, 2), (32, 64, 2)], 1):
            blocks = [BasicBlock(inner, outer, stride), BasicBlock(outer, outer, 1), BasicBlock(outer, outer, 1)]
            setattr(self, f"layer{index}", nn.Sequential(*blocks))
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


def unit(inner, outer, kernel, padding=0):
    convolution = nn.Conv2d(inner, outer, kernel, padding=padding, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outer), nn.ReLU())


class Inception(nn.Module):
    """Szegedy et al. 2015: four branches, side by side."""

    def __init__(self, inner, one, three, five, pool):
        super().__init__()
        self.branch1 = unit(inner, one, 1)
        self.branch2 = nn.Sequential(unit(inner, three[0], 1), unit(three[0], three[1], 3, 1))
        self.branch3 = nn.Sequential(unit(inner, five[0], 1), unit(five[0], five[1], 5, 2))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), unit(inner, pool, 1))

    def forward(self, x):
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


def googlenet():
    return nn.Sequential(
        *[unit(3, 16, 3, 1), nn.MaxPool2d(3, 2, ceil_mode=True)],
        *[Inception(16, 8, (6, 12), (4, 6), 6), Inception(32, 12, (8, 16), (4, 8), 8)],
        *[nn.MaxPool2d(3, 2, 1), Inception(44, 16, (8, 16), (4, 8), 8)],
        *[nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(48, 10)],
    )


def mobilenet():
    """Howard et al. 2017: depthwise, then pointwise."""

    def separable(inner, outer, stride):
        depthwise = nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False)
        pointwise = nn.Conv2d(inner, outer, 1, bias=False)
        return [depthwise, nn.BatchNorm2d(inner), nn.ReLU6(), pointwise, nn.BatchNorm2d(outer), nn.ReLU6()]

    stem = [nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU6()]
    body = [*separable(8, 16, 1), *separable(16, 32, 2), *separable(32, 32, 1)]
    return nn.Sequential(*stem, *body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))


write(
    "architectures",
    [
        architecture("lenet5", lenet5(), [1, 28, 28], 4, 10),
        architecture("vgg", vgg(), [3, 16, 16], 4, 10),
        architecture("resnet20", ResNet20(), [3, 16, 16], 4, 10),
        architecture("googlenet", googlenet(), [3, 16, 16], 4, 10),
        architecture("mobilenet", mobilenet(), [3, 16, 16], 4, 10),
    ],
)
