"""One workload on a Keras API: the first fit, then steady epochs.    Run: models_keras.py oribi|keras WORKLOAD [SEED]"""

import resource
import sys
import time
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
stamps = []
stamp = keras.callbacks.LambdaCallback(
    on_epoch_begin=lambda epoch, logs: stamps.append(time.perf_counter()),
    on_epoch_end=lambda epoch, logs: stamps.append(time.perf_counter()),
)
model.fit(x, y, batch_size=batch, epochs=4, verbose=0, callbacks=[stamp])
epochs = [end - begin for begin, end in zip(stamps[::2], stamps[1::2], strict=True)]
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
report(first_s=first.seconds, epoch_s=sorted(epochs[1:])[1], memory_mb=memory)
