"""One workload as a PyTorch user writes it: own loop, shuffled index, fused Adam.    Run: models_torch.py WORKLOAD [SEED]"""

import resource
import sys
from itertools import pairwise
from pathlib import Path

import torch
from common import Timer, report
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parents[1]))
import workloads


def convnet():
    head = [nn.Flatten(), nn.Dropout(0.5), nn.Linear(1600, 10)]
    conv = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*conv, *head)


def mlp():
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def autoencoder():
    sizes, parts = (784, 128, 64, 32, 64, 128), []
    for before, after in pairwise(sizes):
        parts += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*parts, nn.Linear(128, 784), nn.Sigmoid())


class Block(nn.Module):
    def __init__(self, before, filters, stride):
        super().__init__()
        self.one = nn.Conv2d(before, filters, 3, stride, 1, bias=False)
        self.two = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(filters), nn.BatchNorm2d(filters)])
        self.short = nn.Conv2d(before, filters, 1, stride, bias=False) if stride > 1 else nn.Identity()

    def forward(self, x):
        inner = self.norms[1](self.two(F.relu(self.norms[0](self.one(x)))))
        return F.relu(inner + self.short(x))


def resnet():
    blocks = [
        Block(a, b, s) for a, b, s in ((16, 16, 1), (16, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1))
    ]
    stem = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.table, self.layer, self.out = nn.Embedding(20000, 64), kind(64, 64, batch_first=True), nn.Linear(64, 1)

    def forward(self, x):
        return self.out(self.layer(self.table(x))[0][:, -1])[:, 0]


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.qkv, self.back = nn.Embedding(20000, 32), nn.Linear(32, 192), nn.Linear(64, 32)
        self.norms = nn.ModuleList([nn.LayerNorm(32, 1e-6), nn.LayerNorm(32, 1e-6)])
        self.forwards = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 32))
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(32, 20), nn.ReLU(), nn.Linear(20, 2))

    def forward(self, words):
        x = self.table(words)
        q, k, v = self.qkv(x).view(*x.shape[:2], 3, 2, 32).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v, dropout_p=0.1 if self.training else 0.0)
        x = self.norms[0](x + self.back(seen.transpose(1, 2).flatten(2)))
        return self.head(self.norms[1](x + self.forwards(x)).mean(1))


MODELS = {
    "convnet": convnet,
    "mlp": mlp,
    "autoencoder": autoencoder,
    "resnet": resnet,
    "lstm": lambda: Recurrent(nn.LSTM),
    "gru": lambda: Recurrent(nn.GRU),
    "transformer": Transformer,
}
LOSSES = {"autoencoder": nn.MSELoss(), "lstm": nn.BCEWithLogitsLoss(), "gru": nn.BCEWithLogitsLoss()}

name = sys.argv[1]
torch.manual_seed(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
x, y = (torch.tensor(a) for a in workloads.data(name))
x = x.permute(0, 3, 1, 2).contiguous() if x.ndim == 4 else x.long() if name in workloads.SEQUENCES else x
y = y.float() if name in ("lstm", "gru") else y
batch, model, loss_of = workloads.BATCH[name], MODELS[name](), LOSSES.get(name, nn.CrossEntropyLoss())
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)


def epoch(rows):
    for chosen in torch.randperm(rows).split(batch):
        optimizer.zero_grad()
        loss_of(model(x[chosen]), y[chosen]).backward()
        optimizer.step()


with Timer() as first:
    epoch(batch)
epochs = []
for _ in range(4):
    with Timer() as again:
        epoch(len(x))
    epochs.append(again.seconds)
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
report(first_s=first.seconds, epoch_s=sorted(epochs[1:])[1], memory_mb=memory)
