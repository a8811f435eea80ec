"""A model that goes from oribi to Keras and back, and trains on both sides.

Run:  KERAS_BACKEND=jax python examples/exchange_with_keras.py        (needs Keras 3)
"""

import importlib.util
import os
import tempfile
from pathlib import Path

import numpy as np

import oribi
from oribi import layers

os.environ.setdefault("KERAS_BACKEND", "jax")

oribi.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(2000, 12, 5)).astype("float32")
y = (x[:, :, 0].sum(1) > 0).astype("int32")
model = oribi.Sequential(
    [
        layers.Input((12, 5)),
        layers.Conv1D(16, 3, activation="relu"),
        layers.GRU(16),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=3, verbose=2)

if importlib.util.find_spec("keras") is None:
    print("Keras is not installed: nobody to exchange files with")
    raise SystemExit

import keras  # noqa: E402

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "model.keras"
    model.save(path)
    theirs = keras.saving.load_model(path)
    difference = np.abs(theirs.predict(x, verbose=0) - model.predict(x, verbose=0)).max()
    print(f"the same outputs in Keras: {difference < 1e-5}")
    theirs.fit(x, y, epochs=1, verbose=0)  # goes on with oribi's Adam, momentum and all
    theirs.save(path)
    ours = oribi.saving.load_model(path)
    difference = np.abs(theirs.predict(x, verbose=0) - ours.predict(x, verbose=0)).max()
    print(f"the same outputs back here: {difference < 1e-5}")
    print(f"steps of the optimizer: {int(ours.optimizer.iterations)}")
