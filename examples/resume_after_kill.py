"""A training run that is killed in the middle, started again, and ends with the very weights of one that was never killed.

Run:  python examples/resume_after_kill.py
"""

import hashlib
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import oribi
from oribi import callbacks, layers


def train(folder):
    """What a user writes: one more callback, and nothing else."""
    oribi.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, 20)).astype("float32")
    y = (x[:, :10].sum(1) > x[:, 10:].sum(1)).astype("int32")
    model = oribi.Sequential(
        [layers.Input((20,)), layers.Dense(64, activation="relu"), layers.Dropout(0.3), layers.Dense(2)]
    )
    loss = oribi.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    keep = callbacks.BackupAndRestore(folder / "backup")
    say = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(f"epoch {epoch + 1}", flush=True))
    model.fit(x, y, epochs=60, verbose=0, callbacks=[keep, say])
    print("weights", hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest()[:16], flush=True)


def run(folder, kill_after=None):
    """The training in a process of its own; the last line that it printed."""
    command = [sys.executable, __file__, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    last = ""
    for last in process.stdout:
        if last.strip() == f"epoch {kill_after}":
            process.send_signal(signal.SIGKILL)
            break
    process.communicate()
    return last.strip()


def main():
    with tempfile.TemporaryDirectory() as folder:
        whole, cut = Path(folder) / "whole", Path(folder) / "cut"
        whole.mkdir()
        cut.mkdir()
        want = run(whole)
        print("never killed:      ", want)
        print("killed after       ", run(cut, kill_after=20))
        print("killed again after ", run(cut, kill_after=41))
        have = run(cut)
        print("started once more: ", have)
        print("the same bits:", have == want)


if __name__ == "__main__":
    train(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
