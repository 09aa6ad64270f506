from torch import flatten, relu
from torch.nn import BatchNorm2d, Conv2d, Linear, LogSoftmax, MaxPool2d, Module

class Net(Module):
    def __init__(self, nChannels, nClasses):
        super(Net, self).__init__()
        self.convA = Conv2d(in_channels=nChannels, out_channels=12, kernel_size=(5, 5))
        self.normA = BatchNorm2d(12)
        self.convB = Conv2d(in_channels=12, out_channels=24, kernel_size=(5, 5))
        self.poolIt = MaxPool2d(kernel_size=(2, 2), stride=(2, 2))
        self.hidden = Linear(in_features=600, out_features=64)
        self.output = Linear(in_features=64, out_features=nClasses)
        self.logProbs = LogSoftmax(dim=1)

    def forward(self, x):
        x = self.poolIt(relu(self.normA(self.convA(x))))
        x = self.poolIt(relu(self.convB(x)))
        x = relu(self.hidden(flatten(x, 1)))
        return self.logProbs(self.output(x))

model = Net(nChannels=3, nClasses=10)
