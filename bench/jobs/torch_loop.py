"""The quickstart's job as a PyTorch user writes it: one tensor, a shuffled index, fused Adam.    Run: torch_loop.py SEED"""

import sys

from common import Timer, load, report

with Timer() as importing:
    import torch
torch.manual_seed(int(sys.argv[1]))
x, y, x_test, y_test = load()
x, x_test = (torch.tensor(a, dtype=torch.float32).reshape(-1, 784) for a in (x, x_test))
y, y_test = (torch.tensor(a, dtype=torch.long) for a in (y, y_test))
model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Dropout(0.2), torch.nn.Linear(128, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
loss_of = torch.nn.CrossEntropyLoss()


def epoch():
    model.train()
    correct = torch.zeros((), dtype=torch.long)
    for rows in torch.randperm(len(x)).split(32):
        labels = y[rows]
        optimizer.zero_grad()
        logits = model(x[rows])
        loss_of(logits, labels).backward()
        optimizer.step()
        correct += (logits.argmax(1) == labels).sum()


with Timer() as fitting:
    for _ in range(5):
        epoch()
model.eval()
with torch.no_grad():
    accuracy = (model(x_test).argmax(1) == y_test).float().mean().item()
with Timer() as again:
    epoch()
report(import_s=importing.seconds, fit_s=fitting.seconds, step_us=again.seconds / 1875 * 1e6, accuracy=accuracy)
