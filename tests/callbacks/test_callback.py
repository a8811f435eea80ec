"""Which hooks are called, in which order and with what: as Keras calls them."""

import numpy as np
import pytest

import oribi

HOOKS = [f"on_{kind}_{edge}" for kind in ("epoch", "train", "test", "predict") for edge in ("begin", "end")]
HOOKS += [f"on_{kind}_batch_{edge}" for kind in ("train", "test", "predict") for edge in ("begin", "end")]
X, Y = np.ones((10, 3), "float32"), np.ones((10, 1), "float32")


def model(library):
    made = library.Sequential([library.Input((3,)), library.layers.Dense(1)])
    made.compile("sgd", "mse", metrics=["mae"])
    return made


def recorder(library, calls):
    """A callback that notes every hook: what it is told, and the names in the logs."""

    def noting(name):
        def hook(self, *told, logs=None):
            told = told if logs is None else (*told, logs)
            calls.append((name, *(sorted(t) if isinstance(t, dict) else int(t) for t in told)))

        return hook

    return type("Recorder", (library.callbacks.Callback,), {name: noting(name) for name in HOOKS})()


DEEDS = {
    "fit": lambda m, c: m.fit(X, Y, batch_size=4, epochs=2, validation_data=(X[:5], Y[:5]), verbose=0, callbacks=c),
    "evaluate": lambda m, c: m.evaluate(X, Y, batch_size=4, verbose=0, callbacks=c),
    "predict": lambda m, c: m.predict(X, batch_size=4, verbose=0, callbacks=c),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_hooks_are_called_as_keras_calls_them(keras, deed):
    told = []
    for library in (keras, oribi):
        told.append([])
        DEEDS[deed](model(library), [recorder(library, told[-1])])
    assert told[1] == told[0]


def test_functions_get_logs_even_where_there_are_none():
    seen = []
    hooks = {
        "on_train_begin": lambda logs: seen.append(logs),
        "on_epoch_begin": lambda epoch, logs: seen.append((epoch, logs)),
        "on_train_batch_begin": lambda batch, logs: seen.append((batch, logs)),
    }
    model(oribi).fit(X, Y, verbose=0, callbacks=[oribi.callbacks.LambdaCallback(**hooks)])
    assert seen == [{}, (0, {}), (0, {})]
