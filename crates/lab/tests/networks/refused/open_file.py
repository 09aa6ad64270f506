# expect: line 5: open
import json
import torch.nn as nn

config = json.loads(open('config.json').read())

model = nn.Sequential(nn.Flatten(), nn.Linear(3072, config['hidden']), nn.ReLU(), nn.Linear(config['hidden'], 10))
