"""ModelCheckpoint and BackupAndRestore: runs that are killed end as if they had not been."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import oribi
from oribi import callbacks, layers, saving

PROGRAM = Path(__file__).parent / "resumed.py"
X = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")
Y = X[:, :2].copy()


def model():
    oribi.utils.set_random_seed(1)
    net = oribi.Sequential([layers.Input((4,)), layers.Dense(5), layers.Dropout(0.2), layers.Dense(2)])
    net.compile("adam", "mse")
    return net


def start(folder, frequency, *more):
    folder.mkdir(exist_ok=True)
    command = [sys.executable, str(PROGRAM), str(folder), str(frequency), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.splitlines()[-1]


def kill_until_done(folder, frequency, rng, kills, lasts):
    """The last line of a program that was killed at random moments of the seconds that it lasts, then let through."""
    killed = 0
    for _ in range(kills):
        process = start(folder, frequency)
        assert process.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0, 0.4 * lasts))
        if process.poll() is None:
            killed += 1
        process.send_signal(signal.SIGKILL)
        process.communicate()
    return ended(start(folder, frequency)), killed


@pytest.mark.parametrize("frequency, kills", [("epoch", 5), (3, 5)])
def test_a_run_that_is_killed_ends_as_if_it_had_not_been(tmp_path, frequency, kills):
    process = start(tmp_path / "whole", frequency)
    process.stdout.readline()
    began = time.monotonic()
    want, lasts = ended(process), time.monotonic() - began
    assert want.endswith("['best.keras', 'log.csv']")  # the backup is gone
    rng = random.Random(os.environ.get("ORIBI_TEST_SEED", "7"))
    have, killed = kill_until_done(tmp_path / "killed", frequency, rng, kills, lasts)
    assert killed
    assert have == want


def test_a_full_disk_is_told_and_leaves_the_last_checkpoint(tmp_path):
    process = start(tmp_path / "cut", "epoch", "full")
    _, err = process.communicate(timeout=120)
    assert process.returncode and "OSError" in err
    assert [p.name for p in (tmp_path / "cut/backup").iterdir()] == ["checkpoint.bin"]
    assert ended(start(tmp_path / "cut", "epoch")) == ended(start(tmp_path / "whole", "epoch"))


class Interrupt(callbacks.Callback):
    def __init__(self, epoch, batch=None):
        self.at = (epoch, batch)

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        if self.at == (epoch, None):
            raise RuntimeError("interrupted")

    def on_train_batch_end(self, batch, logs=None):
        if self.at == (self.epoch, batch):
            raise RuntimeError("interrupted")


@pytest.mark.parametrize("frequency", ["epoch", 1, 2, 3, 5])
@pytest.mark.parametrize("epoch, batch", [(0, None), (2, None), (1, 0), (1, 3), (2, 4), (3, 4)])
def test_a_run_goes_on_from_wherever_it_was(tmp_path, frequency, epoch, batch):
    whole = model()
    want = whole.fit(X, Y, batch_size=9, epochs=4, verbose=0)
    net = model()
    backup = callbacks.BackupAndRestore(tmp_path / "b", frequency)
    with pytest.raises(RuntimeError, match="interrupted"):
        net.fit(X, Y, batch_size=9, epochs=4, verbose=0, callbacks=[backup, Interrupt(epoch, batch)])
    again = model()
    backup = callbacks.BackupAndRestore(tmp_path / "b", frequency)
    have = again.fit(X, Y, batch_size=9, epochs=4, verbose=0, callbacks=[backup])
    assert have.history == want.history and have.epoch == want.epoch
    for a, b in zip(again.variables, whole.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert not (tmp_path / "b").exists()


def test_a_run_that_had_stopped_stays_stopped(tmp_path):
    class Stop(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

        def on_train_end(self, logs=None):
            raise RuntimeError("killed before the end")

    keep = callbacks.BackupAndRestore(tmp_path / "b")
    with pytest.raises(RuntimeError):
        model().fit(X, Y, epochs=5, verbose=0, callbacks=[keep, Stop()])
    history = model().fit(X, Y, epochs=5, verbose=0, callbacks=[callbacks.BackupAndRestore(tmp_path / "b")])
    assert history.epoch == [0, 1]


def test_checkpoints_that_are_no_good(tmp_path):
    folder = tmp_path / "b"
    keep = lambda **more: callbacks.BackupAndRestore(folder, delete_checkpoint=False, **more)
    model().fit(X, Y, epochs=2, verbose=0, callbacks=[keep(double_checkpoint=True)])
    assert sorted(p.name for p in folder.iterdir()) == ["checkpoint.before.bin", "checkpoint.bin"]
    other = oribi.Sequential([layers.Input((4,)), layers.Dense(2)])
    other.compile("adam", "mse")
    before = other.get_weights()
    with pytest.raises(ValueError, match="is of another model or optimizer: delete it"):
        other.fit(X, Y, verbose=0, callbacks=[keep()])
    assert (other.get_weights()[0] == before[0]).all()
    last = folder / "checkpoint.bin"
    last.write_bytes(last.read_bytes()[:-500])
    history = model().fit(X, Y, epochs=3, verbose=0, callbacks=[keep(double_checkpoint=True)])  # from the one before
    assert history.epoch == [0, 1, 2]
    for path in folder.iterdir():
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="is no whole checkpoint"):
        model().fit(X, Y, epochs=3, verbose=0, callbacks=[keep()])


# --- ModelCheckpoint --------------------------------------------------------------------------------------------------


def test_names_hold_epoch_and_metrics(tmp_path):
    hook = callbacks.ModelCheckpoint(tmp_path / "a" / "{epoch:02d}-{val_loss:.1f}.keras")
    history = model().fit(X, Y, epochs=2, verbose=0, validation_data=(X, Y), callbacks=[hook])
    want = [f"{e + 1:02d}-{v:.1f}.keras" for e, v in zip(history.epoch, history.history["val_loss"], strict=True)]
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == want
    hook = callbacks.ModelCheckpoint(tmp_path / "{nothing}.keras")
    with pytest.raises(KeyError, match=r"names 'nothing', known are epoch, loss"):
        model().fit(X, Y, verbose=0, callbacks=[hook])


def test_only_the_best_is_kept(tmp_path, capsys):
    path = tmp_path / "best.weights.h5"
    hook = callbacks.ModelCheckpoint(path, "score", 1, True, True, "max", initial_value_threshold=0.5)
    net = model()
    net.fit(X, Y, verbose=0)
    hook.set_model(net)
    kept = {}
    for epoch, score in enumerate([0.4, 0.7, float("nan"), 0.6, 0.8]):
        net.layers[0].set_weights([w + 1 for w in net.layers[0].get_weights()])
        hook.on_epoch_begin(epoch)
        hook.on_epoch_end(epoch, {"score": score})
        kept[epoch] = path.read_bytes() if path.exists() else None
    assert kept[0] is None and kept[1] == kept[2] == kept[3] != kept[4]
    out = capsys.readouterr().out
    assert "Epoch 1: score did not improve from 0.50000" in out
    assert f"Epoch 5: score improved from 0.70000 to 0.80000, saving model to {path}" in out
    other = model()
    other.load_weights(path)
    np.testing.assert_array_equal(other.get_weights()[0], net.get_weights()[0])
    with pytest.warns(UserWarning, match="watches 'score', which is not there: loss"):
        hook.on_epoch_end(5, {"loss": 1.0})


def test_every_so_many_batches(tmp_path):
    hook = callbacks.ModelCheckpoint(tmp_path / "{epoch}-{batch}.keras", save_freq=2)
    model().fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[hook])
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "1-2.keras",
        "1-4.keras",
        "2-1.keras",
        "2-3.keras",
        "2-5.keras",
    ]
    assert saving.load_model(tmp_path / "1-2.keras").layers[0].units == 5


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"filepath": "m.h5"}, r"must end in \.keras"),
        ({"filepath": "m.keras", "save_weights_only": True}, r"must end in \.weights\.h5"),
        ({"filepath": "m.keras", "save_freq": 0}, "save_freq must be"),
        ({"filepath": "m.keras", "mode": "best"}, "mode must be"),
    ],
)
def test_arguments_are_checked(arguments, words):
    with pytest.raises(ValueError, match=words):
        callbacks.ModelCheckpoint(**arguments)
