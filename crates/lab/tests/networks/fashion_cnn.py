import torch
import torch.nn as nn


class ClothesNet(nn.Module):

    def __init__(self):
        super(ClothesNet, self).__init__()

        self.block1 = nn.Sequential(
            nn.Conv2d(in_channels=1, out_channels=16, kernel_size=3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2)
        )

        self.block2 = nn.Sequential(
            nn.Conv2d(16, 32, 3),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2)
        )

        use_dropout2d = False
        self.drop = nn.Dropout2d(0.25) if use_dropout2d else nn.Dropout(0.25)
        self.dense = nn.Linear(in_features=32*6*6, out_features=60)
        self.clothes = nn.Linear(in_features=60, out_features=10)


    def forward(self, x):

        x = self.block1(x)
        x = self.block2(x)

        x = x.view(x.size(0), -1)
        x = self.drop(self.dense(x))

        return self.clothes(x)


model = ClothesNet()
model.to("cpu")

error = nn.CrossEntropyLoss()

learning_rate = 0.001
optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
print(model)
