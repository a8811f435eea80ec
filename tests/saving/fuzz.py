"""Damages files at random and opens them: whatever is in a file, an error must say so.    Run: fuzz.py [SECONDS [SEED]]

A finding is an error of another kind, more than a few seconds, or more than a gigabyte; a crash ends the program, whose last line
then names the case.
"""

import copy
import json
import random
import resource
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path

import h5py
import numpy as np

import oribi
from oribi import layers, saving

TOLD = (ValueError, NotImplementedError, FileNotFoundError)
JUNK = [
    None,
    True,
    -1,
    0,
    1,
    3,
    2**31,
    10**18,
    -(10**30),
    1e308,
    float("nan"),
    "",
    "x",
    "relu",
    "Dense",
    "é\0",
    [],
    {},
    [[]],
]
JUNK += [
    [1, 2, 3],
    {"class_name": "Dense", "config": {"units": 2}},
    {"class_name": "__lambda__", "config": {"code": "aaaa"}},
]
JUNK += [
    {"class_name": "__numpy__", "config": {"value": [1], "dtype": "object"}},
    {"a": {"b": {"c": []}}},
    "../../etc/passwd",
]
SECONDS, MEMORY = 5.0, 2**30
NAMES = {"config": "bad.keras", "keras": "bad.keras", "legacy": "bad.h5", "json": "JSON"}
NAMES |= {"weights.h5": "bad.weights.h5", "safetensors": "bad.safetensors"}


def sequential():
    net = [
        layers.Input((6, 4)),
        layers.LSTM(3, return_sequences=True),
        layers.Flatten(),
        layers.Dense(3, activation="relu"),
    ]
    return oribi.Sequential([*net, layers.BatchNormalization(), layers.Dense(2)])


def functional():
    a, b = oribi.Input((6,)), oribi.Input((6, 4))
    attended = layers.MultiHeadAttention(2, 2)(b, b)
    joined = layers.Concatenate()([a, layers.GlobalMaxPooling1D()(layers.Conv1D(4, 2)(attended))])
    return oribi.Model([a, b], [layers.Dense(2)(joined), oribi.ops.tanh(joined) * 2])


def damaged(rng, data):
    """A file with some bytes changed, cut off, or put elsewhere."""
    data = bytearray(data)
    kind = rng.randrange(6)
    if kind == 0:
        return bytes(data[: rng.randrange(len(data))])
    if kind == 1:
        at, size = rng.randrange(len(data)), rng.randrange(1, 200)
        return bytes(data[:at] + data[at + size :])
    if kind == 2:
        at, size, to = rng.randrange(len(data)), rng.randrange(1, 64), rng.randrange(len(data))
        data[to : to + size] = data[at : at + size]
        return bytes(data)
    for _ in range(rng.choice([1, 1, 2, 5, 30])):
        at = rng.randrange(len(data)) if rng.random() < 0.4 else rng.randrange(min(len(data), 3000))
        data[at] = rng.choice([0, 1, 127, 128, 255, rng.randrange(256), data[at] ^ (1 << rng.randrange(8))])
    return bytes(data)


def places(value, path=()):
    """Where something could be changed in a nest."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def warped(rng, config):
    """A config with some parts replaced by junk or by other parts of it, left out, or doubled."""
    config = json.loads(json.dumps(config))
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        spots = [p for p in places(config) if p]
        if not spots:
            return config
        *path, last = rng.choice(spots)
        parent = config
        for key in path:
            parent = parent[key]
        kind = rng.randrange(5)
        if kind == 0:
            del parent[last]
        elif kind == 1 and isinstance(parent, list):
            parent.append(parent[last])
        elif kind == 2:
            source = config
            for key in rng.choice(spots):
                source = source[key]
            parent[last] = json.loads(json.dumps(source))
        else:
            parent[last] = copy.deepcopy(rng.choice(JUNK))
    return config


def rewritten(data, config):
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, json.dumps(config) if name == "config.json" else source.read(name))
    return out.getvalue()


def legacy(path, config):
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.create_group("model_weights").attrs["layer_names"] = []


class Fuzzer:
    """The good files, and the cases that are made of them."""

    def __init__(self, folder):
        self.folder = folder
        self.models = [sequential(), functional()]
        self.files, self.configs = {}, []
        for number, model in enumerate(self.models):
            model.compile("adam", "mse", metrics=["mae"])
            for ending in ("keras", "weights.h5", "safetensors"):
                path = folder / f"good{number}.{ending}"
                model.save(path) if ending == "keras" else model.save_weights(path)
                self.files[number, ending] = path.read_bytes()
            with zipfile.ZipFile(folder / f"good{number}.keras") as archive:
                self.configs.append(json.loads(archive.read("config.json")))

    def case(self, rng):
        """One damaged file, and what opens it."""
        number = rng.randrange(2)
        model = self.models[number]
        what = rng.choice(
            ["config", "config", "config", "keras", "weights.h5", "weights.h5", "safetensors", "legacy", "json"]
        )
        if what == "json":
            text = json.dumps(warped(rng, self.configs[number]))
            return what, lambda: saving.model_from_json(text)
        if what == "legacy":
            path = self.folder / "bad.h5"
            legacy(path, warped(rng, self.configs[number]))
            return what, lambda: rng.choice([saving.load_model, saving.inspect])(path)
        if what == "config":
            path, data = (
                self.folder / "bad.keras",
                rewritten(self.files[number, "keras"], warped(rng, self.configs[number])),
            )
        else:
            path, data = self.folder / f"bad.{what}", damaged(rng, self.files[number, what])
        path.write_bytes(data)
        if path.suffix == ".keras":
            return what, lambda: rng.choice([saving.load_model, saving.load_model, saving.inspect])(path)
        return what, lambda: rng.choice([model.load_weights, model.load_weights, saving.inspect])(path)


def fuzz(seed, cases=10**9, seconds=10**9):
    """Open so many damaged files, or for so long.

    Returns:
        How often each kind of case ended how.
    """
    counts = Counter()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fuzzer = Fuzzer(Path(folder))
        before, end, number = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic() + seconds, 0
        while time.monotonic() < end and number < cases:
            name = f"{seed}/{number}"
            what, call = fuzzer.case(random.Random(name))
            start = time.monotonic()
            try:
                call()
                counts[what, "opened"] += 1
            except TOLD as error:
                counts[what, "told"] += 1
                assert NAMES[what] in str(error), f"case {name} ({what}): an error that does not name the file: {error}"
            except BaseException as error:
                raise AssertionError(f"case {name} ({what}): {type(error).__name__}: {error}") from error
            took, grown = time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            assert took < SECONDS, f"case {name} ({what}) took {took:.1f} s"
            assert grown * 1024 < MEMORY, f"case {name} ({what}): {grown // 1024} MB"
            number += 1
    return counts


if __name__ == "__main__":
    np.seterr(all="ignore")
    for_seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    counted = fuzz(sys.argv[2] if len(sys.argv) > 2 else "0", seconds=for_seconds)
    print(sum(counted.values()), {f"{what}, {how}": n for (what, how), n in sorted(counted.items())})
