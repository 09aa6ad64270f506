import torch.nn as nn

def conv_block(c_in, c_out, pool=False):
    parts = [nn.Conv2d(c_in, c_out, kernel_size=3, padding=1), nn.BatchNorm2d(c_out), nn.ReLU(inplace=True)]
    if pool: parts.append(nn.MaxPool2d(2))
    return nn.Sequential(*parts)

class Learner(nn.Module):
    """What the training loop of the course calls."""
    def loss_of(self, batch):
        pictures, labels = batch
        return F.cross_entropy(self(pictures), labels)

    def report(self, epoch, history):
        print("Epoch {:2d}: loss {:.3f}".format(epoch, history['loss']))

class ResNet9(Learner):
    def __init__(self, c_in, classes, w=12):
        super().__init__()
        self.prepare = conv_block(c_in, w)
        self.down1 = conv_block(w, 2 * w, pool=True)
        self.pair1 = nn.Sequential(conv_block(2 * w, 2 * w), conv_block(2 * w, 2 * w))

        self.down2 = conv_block(2 * w, 4 * w, pool=True)
        self.down3 = conv_block(4 * w, 5 * w, pool=True)
        self.pair2 = nn.Sequential(conv_block(5 * w, 5 * w), conv_block(5 * w, 5 * w))

        self.head = nn.Sequential(nn.MaxPool2d(4), nn.Flatten(), nn.Linear(5 * w, classes))

    def forward(self, xb):
        xb = self.down1(self.prepare(xb))
        xb = self.pair1(xb) + xb
        xb = self.down3(self.down2(xb))
        xb = self.pair2(xb) + xb
        return self.head(xb)

model = ResNet9(3, 10)
