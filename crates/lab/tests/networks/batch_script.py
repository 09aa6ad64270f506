# -*- coding: utf-8 -*-
"""
Entrenamiento de una red convolucional en MNIST (práctica 3)
"""
import argparse
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

torch.manual_seed(42)

# Hiperparámetros
learning_rate = 1e-3
batch_size = 64
num_epochs = 10
log_interval = 100
classes = tuple(str(i) for i in range(10))

device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')


class Red(nn.Module):
    def __init__(self):
        super().__init__()
        self.capa1 = nn.Conv2d(1, 8, kernel_size=3, stride=1)
        self.capa2 = nn.Conv2d(8, 16, kernel_size=3, stride=1)
        self.dropout1 = nn.Dropout2d(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(16 * 12 * 12, 32)
        self.fc2 = nn.Linear(32, len(classes))

    def forward(self, x):
        x = F.relu(self.capa1(x))
        x = F.relu(self.capa2(x))
        x = F.max_pool2d(x, 2)
        x = self.dropout1(x)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = self.dropout2(x)
        x = self.fc2(x)
        salida = F.log_softmax(x, dim=1)  # probabilidades logarítmicas
        return salida


def train(model, loader, optimizer, epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        loss = F.nll_loss(model(data), target)
        loss.backward()
        optimizer.step()
        if batch_idx % log_interval == 0:
            print(f'Época {epoch}: pérdida {loss.item():.6f}')


def test(model, loader):
    model.eval()
    correct = 0
    with torch.no_grad():
        for data, target in loader:
            output = model(data.to(device))
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
    print('Exactitud: {}/{}'.format(correct, len(loader.dataset)))


model = Red().to(device)
optimizer = optim.Adam(model.parameters(), lr=learning_rate)
scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)
