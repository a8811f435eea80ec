"""A program that trains with BackupAndRestore and tells what came out.    Run: resumed.py FOLDER FREQUENCY [full]"""

import hashlib
import resource
import signal
import sys
from pathlib import Path

import numpy as np

import oribi
from oribi import callbacks, layers


def fill_the_disk() -> None:
    """From now on no file may grow beyond a little."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))


def main() -> None:
    folder, frequency = Path(sys.argv[1]), sys.argv[2]
    oribi.utils.set_random_seed(3)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(300, 6)).astype("float32"), rng.integers(0, 3, 300)
    model = oribi.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(16, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(3),
        ]
    )
    rate = oribi.optimizers.schedules.CosineDecay(0.01, 500)
    loss = oribi.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(oribi.optimizers.Adam(rate), loss, metrics=["accuracy"])
    hooks = [
        callbacks.BackupAndRestore(folder / "backup", "epoch" if frequency == "epoch" else int(frequency)),
        callbacks.EarlyStopping("val_loss", patience=200, restore_best_weights=True),
        callbacks.CSVLogger(folder / "log.csv"),
        callbacks.ModelCheckpoint(folder / "best.keras", save_best_only=True),
    ]
    if "full" in sys.argv:
        hooks.insert(0, callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: epoch == 5 and fill_the_disk()))
    print("ready", flush=True)
    history = model.fit(x, y, epochs=250, batch_size=16, validation_split=0.2, callbacks=hooks, verbose=0)
    digest = hashlib.sha256()
    for variable in (*model.variables, *model.optimizer.variables):
        digest.update(variable.numpy().tobytes())
    digest.update(repr((history.epoch, history.history, hooks[-1].best)).encode())
    digest.update((folder / "log.csv").read_bytes())
    digest.update(repr(model.predict(x[:5], verbose=0).tolist()).encode())
    print("done", digest.hexdigest(), sorted(p.name for p in folder.iterdir()), flush=True)


if __name__ == "__main__":
    main()
