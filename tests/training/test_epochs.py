"""Which rows an epoch sees: all of them, or with `steps_per_epoch` those that follow the ones of the epoch before."""

import os
import warnings

import numpy as np
import pytest

import oribi
from oribi import callbacks

ROWS = np.arange(1.0, 12.0, dtype="float32")[:, None]


def losses(library, rows, **arguments):
    """The mean squared row of each epoch, and of the validation rows after it."""
    made = library.Sequential(
        [library.layers.Input((1,)), library.layers.Dense(1, use_bias=False, kernel_initializer="ones")]
    )
    made.compile(library.optimizers.SGD(0.0), "mse")
    x, zero = ROWS[:rows], np.zeros((rows, 1), "float32")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        history = made.fit(x, zero, shuffle=False, verbose=0, validation_data=(x, zero), **arguments).history
    short = [w for w in caught if "ran out of data" in str(w.message) or "ends early" in str(w.message)]
    return {name: np.asarray(values) for name, values in history.items()}, len(short)


@pytest.mark.parametrize("rows", [4, 8, 11])
@pytest.mark.parametrize("batch", [1, 2, 3, 11])
@pytest.mark.parametrize("steps", [None, 1, 2, 5])
def test_epochs_see_the_rows_that_those_of_keras_see(keras, rows, batch, steps):
    arguments = {"batch_size": batch, "steps_per_epoch": steps, "epochs": 5, "validation_steps": 2}
    (ours, warned), (theirs, warned_there) = losses(oribi, rows, **arguments), losses(keras, rows, **arguments)
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-5, err_msg=name)
    assert warned == warned_there


def seen(epochs, steps, shuffle=True, **arguments):
    """The rows that each epoch saw, by their numbers."""
    found = []

    class See(oribi.Model):
        def __init__(self):
            super().__init__()
            self.own = self.add_weight(shape=(), name="own")

        def train_step(self, data):
            return {"row": oribi.ops.sum(data)}

    model = See()
    model.compile()
    note = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: found.append((batch, logs["row"])))
    hooks = [note, *arguments.pop("callbacks", [])]
    model.fit(
        ROWS,
        batch_size=1,
        epochs=epochs,
        steps_per_epoch=steps,
        shuffle=shuffle,
        callbacks=hooks,
        verbose=0,
        **arguments,
    )
    return found


def test_a_pass_in_pieces_sees_every_row_once_also_when_shuffled():
    oribi.utils.set_random_seed(0)
    with pytest.warns(UserWarning, match="steps_per_epoch wants 4"):
        found = [row for _, row in seen(6, 4)]
    assert sorted(found[:11]) == sorted(found[11:]) == ROWS[:, 0].tolist()
    assert found[:11] != found[11:]


def test_an_interrupted_pass_in_pieces_goes_on_where_it_was(tmp_path):
    def run(stop_at=None):
        oribi.utils.set_random_seed(5)
        hooks = [callbacks.BackupAndRestore(tmp_path / "backup", save_freq=1)] if stop_at is not None else []
        found = []

        def stop(batch, logs):
            found.append(logs["row"])
            if len(found) == stop_at:
                raise KeyboardInterrupt

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                seen(5, 3, callbacks=[callbacks.LambdaCallback(on_train_batch_end=stop), *hooks])
        except KeyboardInterrupt:
            pass
        return found

    whole = run()
    for stop_at in (2, 3, 5, 8):
        first = run(stop_at)
        rest = run(stop_at=0)
        assert first + rest == whole or first[:-1] + rest == whole
        assert not os.path.exists(tmp_path / "backup")
