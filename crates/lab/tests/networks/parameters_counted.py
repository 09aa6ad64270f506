import torch
import torch.nn as nn

BATCH_SIZE, EPOCHS, LR = 128, 20, 0.05

def get_device():
    return "cuda" if torch.cuda.is_available() else "cpu"

class SmallCNN(nn.Module):
    def __init__(self, c1=16, c2=32, c3=48):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, c1, 3, padding=1),  nn.BatchNorm2d(c1), nn.ReLU(), nn.MaxPool2d(2),   # 16
            nn.Conv2d(c1, c2, 3, padding=1), nn.BatchNorm2d(c2), nn.ReLU(), nn.MaxPool2d(2),   # 8
            nn.Conv2d(c2, c3, 3, padding=1), nn.BatchNorm2d(c3), nn.ReLU(), nn.MaxPool2d(2),   # 4
        )
        self.fc = nn.Linear(c3 * 4 ** 2, 10)

    def forward(self, x):
        return self.fc(self.net(x).flatten(1))

model = SmallCNN()
n_params = sum(p.numel() for p in model.parameters() if p.requires_grad)
print(f"{n_params:,} parameters on {get_device()}")
loss_fn = nn.CrossEntropyLoss(label_smoothing=0.1)
optimizer = torch.optim.AdamW(model.parameters(), lr=LR, weight_decay=1e-4)
