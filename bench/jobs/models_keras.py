"""One workload on a Keras API: the first fit, then steady epochs.    Run: models_keras.py oribi|keras WORKLOAD [SEED]"""

import resource
import sys
from pathlib import Path

from common import Timer, report

sys.path.insert(0, str(Path(__file__).parents[1]))
import workloads

module, name = sys.argv[1:3]
seed = int(sys.argv[3]) if len(sys.argv) > 3 else 0
if module == "oribi":
    import oribi as keras
else:
    import keras
keras.utils.set_random_seed(seed)
x, y = workloads.data(name)
batch = workloads.BATCH[name]
model = workloads.model(name, keras)
with Timer() as first:
    model.fit(x[:batch], y[:batch], batch_size=batch, verbose=0)
epochs, losses = [], []
for _ in range(4):
    with Timer() as again:
        losses += model.fit(x, y, batch_size=batch, verbose=0).history["loss"]
    epochs.append(again.seconds)
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
report(first_s=first.seconds, epoch_s=sorted(epochs[1:])[1], memory_mb=memory, losses=[round(v, 4) for v in losses])
