import torch, torch.nn as nn

class Net(nn.Module):
	def __init__(self):
		super(Net, self).__init__()
		self.c1 = nn.Conv2d(1, 8, 5); self.c2 = nn.Conv2d(8, 16, 5)
		self.p = nn.MaxPool2d(2)

		self.f = nn.Linear(16 * 4 * 4,
			10)

	def forward(self, x):
		x = self.p(torch.relu(self.c1(x))); x = self.p(torch.relu(self.c2(x)))
		x = x.view(x.shape[0], \
			-1)
		return self.f(x)

net = Net()
