"""The losses of one workload on a Keras API, four epochs.    Run: curves_keras.py oribi|keras WORKLOAD SEED

The rows' order comes from NumPy, the same for all: under a seed, Keras on TensorFlow takes one order for every epoch, and
learns it by heart.
"""

import sys
from pathlib import Path

import numpy as np
from common import report

sys.path.insert(0, str(Path(__file__).parents[1]))
import workloads

module, name, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
if module == "oribi":
    import oribi as keras
else:
    import keras
keras.utils.set_random_seed(seed)
x, y = workloads.data(name)
model = workloads.model(name, keras)
rng, losses = np.random.default_rng(seed), []
for _ in range(4):
    order = rng.permutation(len(x))
    fit = model.fit(x[order], y[order], batch_size=workloads.BATCH[name], shuffle=False, verbose=0)
    losses.append(round(fit.history["loss"][0], 5))
report(losses=losses)
