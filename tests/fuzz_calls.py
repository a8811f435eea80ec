"""Random sequences of calls on one model, beside Keras: what each gives, and the weights after it.

Run:  python tests/fuzz_calls.py --minutes 5        (or --seed N for one sequence, printed call by call)

A setting that is changed is seen by oribi at once; Keras compiles its step once, so there `compile` is called after a change.
"""

import argparse
import copy
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

import oribi

ROWS, COLUMNS = 22, 4
OPTIMIZERS = {
    "SGD": {"learning_rate": 0.05},
    "SGD momentum": {"learning_rate": 0.05, "momentum": 0.8},
    "Adam": {"learning_rate": 0.01},
    "RMSprop": {"learning_rate": 0.01},
}
ACTIVATIONS = ["tanh", "sigmoid", "softplus", "linear"]
CALLS = [
    "fit",
    "fit",
    "evaluate",
    "predict",
    "train_on_batch",
    "test_on_batch",
    "rate",
    "schedule",
    "decay",
    "activation",
]
CALLS += ["freeze", "optimizer", "weights", "copy", "save", "clone", "compile", "sample_weight"]


def sequence(seed):
    """The calls of a seed: names, and numbers to be used by them."""
    rng = np.random.default_rng(seed)
    hidden = [
        (int(rng.integers(1, 6)), str(rng.choice(ACTIVATIONS)), bool(rng.random() < 0.4))
        for _ in range(rng.integers(1, 3))
    ]
    start = {"hidden": hidden, "optimizer": str(rng.choice(list(OPTIMIZERS)))}
    return start, [(str(rng.choice(CALLS)), int(rng.integers(2**31))) for _ in range(int(rng.integers(3, 10)))]


class Player:
    """One library's model, on which calls are played."""

    def __init__(self, library, start):
        self.library, self.start = library, start
        layers = [library.layers.Input((COLUMNS,))]
        for units, activation, normalized in start["hidden"]:
            # A bias that a normalization takes away again has a gradient of rounding errors, which Adam blows up.
            biased = not (normalized and activation == "linear")
            layers += [library.layers.Dense(units, activation=activation, use_bias=biased)]
            layers += [library.layers.BatchNormalization()] if normalized else []
        self.model = library.Sequential([*layers, library.layers.Dense(1)])
        self.compile(start["optimizer"])

    def compile(self, name=None):
        kind = name and getattr(self.library.optimizers, name.split()[0])
        optimizer = kind(**OPTIMIZERS[name]) if kind else self.model.optimizer
        self.model.compile(optimizer, "mse", metrics=["mae"])

    def changed(self):
        if self.library is not oribi:
            self.compile()

    def dense(self, rng):
        return [layer for layer in self.model.layers if type(layer).__name__ == "Dense"][
            int(rng.integers(len(self.start["hidden"])))
        ]

    def play(self, call, number):
        """Do a call; returns numbers that both libraries must agree in."""
        rng, model = np.random.default_rng(number), self.model
        x = rng.normal(size=(int(rng.integers(1, ROWS)), COLUMNS)).astype("float32")
        y = (x[:, :1] - 0.5 * x[:, 1:2]).astype("float32")
        batch = int(rng.integers(1, 9))
        if call == "fit":
            epochs = int(rng.integers(1, 3))
            history = model.fit(
                x, y, batch_size=batch, epochs=epochs, shuffle=False, verbose=0, validation_data=(x[:1], y[:1])
            )
            return [history.history[name] for name in sorted(history.history)]
        if call == "sample_weight":
            weights = rng.uniform(size=len(x)).astype("float32")
            return list(
                model.fit(x, y, batch_size=batch, shuffle=False, verbose=0, sample_weight=weights).history["loss"]
            )
        if call == "evaluate":
            return model.evaluate(x, y, batch_size=batch, verbose=0)
        if call == "predict":
            return model.predict(x, batch_size=batch, verbose=0)
        if call in ("train_on_batch", "test_on_batch"):
            return [float(value) for value in getattr(model, call)(x, y)]
        return getattr(self, f"do_{call}")(rng)

    def do_rate(self, rng):
        rate = float(rng.uniform(0.001, 0.1))
        try:
            self.model.optimizer.learning_rate = rate
        except TypeError:
            return "a schedule"
        return float(np.asarray(self.model.optimizer.learning_rate))

    def do_schedule(self, rng):
        kind = self.library.optimizers.schedules.ExponentialDecay
        self.model.optimizer.learning_rate = kind(float(rng.uniform(0.01, 0.1)), int(rng.integers(1, 5)), 0.5)
        self.changed()

    def do_decay(self, rng):
        self.model.optimizer.weight_decay = float(rng.uniform(0.001, 0.1))
        self.changed()

    def do_activation(self, rng):
        self.dense(rng).activation = getattr(self.library.activations, str(rng.choice(ACTIVATIONS)))
        self.changed()

    def do_freeze(self, rng):
        layer = self.dense(rng)
        layer.trainable = not layer.trainable
        self.compile(
            str(rng.choice(list(OPTIMIZERS)))
        )  # Keras' optimizers know the variables of their first step alone
        return [len(self.model.trainable_weights), len(self.model.non_trainable_weights)]

    def do_optimizer(self, rng):
        name = str(rng.choice(list(OPTIMIZERS)))
        if self.library is oribi:
            self.model.optimizer = getattr(oribi.optimizers, name.split()[0])(**OPTIMIZERS[name])
        else:
            self.compile(name)

    def do_weights(self, rng):
        self.model.set_weights([np.abs(rng.normal(size=w.shape)).astype("float32") for w in self.model.get_weights()])

    def do_copy(self, rng):
        if self.library is oribi:  # a copy goes on as the model would
            self.model = copy.deepcopy(self.model)

    def do_save(self, rng):
        if self.library is oribi:
            with tempfile.TemporaryDirectory() as folder:
                self.model.save(f"{folder}/m.keras")
                self.model = oribi.saving.load_model(f"{folder}/m.keras")

    def do_clone(self, rng):
        weights = self.model.get_weights()
        frozen = [layer.trainable for layer in self.model.layers]
        self.model = self.library.models.clone_model(self.model)
        self.model.set_weights(weights)
        assert [layer.trainable for layer in self.model.layers] == frozen
        self.compile(str(rng.choice(list(OPTIMIZERS))))

    def do_compile(self, rng):
        self.compile()


def play(seed, show=False):
    """The first disagreement of a sequence, as text; None where there is none."""
    import keras

    start, calls = sequence(seed)
    ours, theirs = Player(oribi, start), Player(keras, start)
    theirs.model.set_weights(ours.model.get_weights())
    for position, (call, number) in enumerate(calls):
        found = [player.play(call, number) for player in (ours, theirs)]
        if show:
            print(call, number, found)
        pairs = [found, *zip(ours.model.get_weights(), theirs.model.get_weights(), strict=True)]
        for one, other in pairs:
            if one is None or isinstance(one, str):
                agree = one == other
            else:
                one, other = (np.asarray(value, "float64") for value in (one, other))
                agree = one.shape == other.shape and np.allclose(one, other, rtol=2e-3, atol=2e-4, equal_nan=True)
            if not agree:
                names = [name for name, _ in calls[: position + 1]]
                return f"seed {seed}, {start}: after {names}: {one} is not {other}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=1.0)
    options = parser.parse_args()
    if options.seed is not None:
        print(play(options.seed, show=True))
        return
    end, seed, wrong = time.time() + 60 * options.minutes, options.first, 0
    while time.time() < end:
        problem = play(seed)
        if problem:
            wrong += 1
            print(problem, flush=True)
        seed += 1
    print(f"{seed - options.first} sequences, {wrong} disagreements")


if __name__ == "__main__":
    main()
