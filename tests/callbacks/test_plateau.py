"""ReduceLROnPlateau beside Keras', over losses that go up and down."""

import numpy as np
import pytest

import oribi

ARGUMENTS = [
    {},
    {"patience": 1},
    {"factor": 0.1, "cooldown": 2},
    {"mode": "max"},
    {"min_lr": 0.05, "patience": 1},
    {"min_delta": 0.5},
    {"min_delta": 0},
]


class Fake:
    """What the callback looks at of a model."""

    def __init__(self, library):
        self.optimizer, self.metrics = library.optimizers.SGD(0.4), []


def rates(library, losses, arguments):
    callback = library.callbacks.ReduceLROnPlateau("loss", **{"factor": 0.5, "patience": 2, "mode": "min", **arguments})
    callback.set_model(Fake(library))
    callback.on_train_begin()
    found = []
    for epoch, loss in enumerate(losses):
        logs = {"loss": loss}
        callback.on_epoch_end(epoch, logs)
        found += [logs["learning_rate"], float(np.asarray(callback.model.optimizer.learning_rate))]
    return found


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_rates_are_those_of_keras(keras, arguments, seed):
    losses = np.random.default_rng(seed).normal(size=30).round(1).tolist()
    np.testing.assert_allclose(rates(oribi, losses, arguments), rates(keras, losses, arguments), rtol=1e-6)


def test_a_factor_that_reduces_nothing_is_refused():
    with pytest.raises(ValueError, match="factor"):
        oribi.callbacks.ReduceLROnPlateau(factor=1.0)
