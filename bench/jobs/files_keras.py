"""Saving and loading on a Keras API.    Run: files_keras.py oribi|keras files|cold FOLDER"""

import os
import sys
from typing import Any

import numpy as np
from common import Timer, report


def seed(keras: Any) -> Any:
    """The seed's model, compiled."""
    layers = keras.layers
    net = [layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dropout(0.2), layers.Dense(10)]
    model = keras.Sequential([keras.Input((28, 28)), *net])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model


def rows() -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return rng.random((60000, 28, 28)), rng.integers(0, 10, 60000)


def deep(keras: Any) -> Any:
    """Fifty layers of 64, compiled."""
    layers = keras.layers
    model = keras.Sequential([keras.Input((64,)), *(layers.Dense(64, activation="relu") for _ in range(50))])
    model.compile(optimizer="adam", loss="mse")
    return model


def files(keras: Any, folder: str) -> dict[str, float]:
    """Times of saving and loading trained models, the best of five."""
    found: dict[str, float] = {}
    x, y = rows()
    seeds, deeps = seed(keras), deep(keras)
    seeds.fit(x[:32], y[:32], verbose=0)
    deeps.fit(np.ones((32, 64)), np.ones((32, 64)), verbose=0)
    for name, model in (("seed", seeds), ("deep", deeps)):
        path = os.path.join(folder, f"{name}.keras")
        for kind, call in (
            ("save", lambda m=model, p=path: m.save(p)),
            ("load", lambda p=path: keras.models.load_model(p)),
        ):
            times = []
            for _ in range(5):
                with Timer() as timer:
                    call()
                times.append(timer.seconds)
            found[f"{name}_{kind}_ms"] = 1000 * min(times)
        found[f"{name}_kb"] = os.path.getsize(path) / 1000
    return found


def main() -> None:
    module, what, folder = sys.argv[1:4]
    if module == "oribi":
        import oribi as keras
    else:
        import keras
    if what == "files":
        report(**files(keras, folder))
        return
    model = keras.models.load_model(os.path.join(folder, "seed.keras"))
    report(first=float(np.asarray(model.predict(np.ones((1, 28, 28)), verbose=0)).sum()))


if __name__ == "__main__":
    main()
