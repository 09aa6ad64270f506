import torch
import torch.nn as nn

classes = ['apple', 'bee', 'cat', 'door', 'envelope', 'fish', 'guitar', 'house', 'ice cream', 'key',
           'ladder', 'mountain', 'octopus', 'pizza', 'star']
NUM_CLASSES = len(classes)

class Doodles(nn.Module):
    def __init__(self, num_classes=NUM_CLASSES, keep=0.5):
        super(Doodles, self).__init__()
        self.strokes = nn.Sequential(nn.Conv2d(1, 16, 5, bias=False), nn.ReLU(inplace=True), nn.MaxPool2d(2, 2))
        self.shapes = nn.Sequential(nn.Conv2d(16, 32, 5, bias=False), nn.ReLU(inplace=True), nn.MaxPool2d(2, 2))
        side = int((28 - 4) / 2)
        side = int((side - 4) / 2)
        flat = 32 * pow(side, 2)
        self.dense1 = nn.Sequential(nn.Linear(flat, 64), nn.Dropout(1 - keep))
        self.dense2 = nn.Sequential(nn.Linear(64, 32), nn.Dropout(1 - keep))
        self.names = nn.Linear(32, num_classes)

    def forward(self, drawing):
        h = self.shapes(self.strokes(drawing))
        h = h.view(h.size(0), -1)
        h = self.dense2(self.dense1(h))
        return self.names(h)

model = Doodles()
