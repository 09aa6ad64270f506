import torch
import torch.nn.functional as func

class Digits(torch.nn.Module):
    def __init__(self):
        torch.nn.Module.__init__(self)
        self.convolve_a = torch.nn.Conv2d(1, 8, kernel_size=5)
        self.convolve_b = torch.nn.Conv2d(8, 18, kernel_size=5)
        self.drop = torch.nn.Dropout2d()
        self.hidden = torch.nn.Linear(288, 40)
        self.scores = torch.nn.Linear(40, 10)

    def forward(self, x):
        x = func.relu(func.max_pool2d(self.convolve_a(x), 2))
        x = self.drop(self.convolve_b(x))
        x = torch.nn.functional.relu(func.max_pool2d(x, 2))
        x = func.relu(self.hidden(x.view(-1, 288)))
        x = func.dropout(x, training=self.training)
        return func.log_softmax(self.scores(x), -1)

network = Digits()
