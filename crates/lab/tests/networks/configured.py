import torch
from torch import nn

config = {
    'channels': [3, 12, 20, 28],
    'kernel_size': 3,
    'activation': 'silu',
    'pool': True,
    'head': {'hidden': 32, 'classes': 10},
}

ACTIVATIONS = {'relu': nn.ReLU, 'silu': nn.SiLU, 'tanh': nn.Tanh}


def build(config):
    layers = []
    pairs = list(zip(config['channels'][:-1], config['channels'][1:]))
    for index, (c_in, c_out) in enumerate(pairs):
        layers += [nn.Conv2d(c_in, c_out, config['kernel_size'], padding='same'), ACTIVATIONS[config['activation']]()]
        if config.get('pool', False) and index < len(pairs) - 1:
            layers.append(nn.MaxPool2d(2))
    head = config['head']
    layers += [nn.AdaptiveAvgPool2d(2), nn.Flatten()]
    layers += [nn.Linear(config['channels'][-1] * 4, head['hidden']), nn.ReLU(), nn.Linear(head['hidden'], head['classes'])]
    return nn.Sequential(*layers)


model = build(config)
