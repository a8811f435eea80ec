"""A step on a machine that is busy with something else: the default, one thread and all threads, beside 0, 1, 2 and 4 busy loops.

Run:  .venv/bin/python bench/loaded.py
"""

import json
import os
import statistics
import subprocess
import sys

JOB = """
import json, sys, time
import numpy as np, oribi
from oribi import layers
inputs, units, batch = json.loads(sys.argv[1])
oribi.utils.set_random_seed(0)
hidden = [layers.Dense(n, activation="relu") for n in units]
model = oribi.Sequential([layers.Input((inputs,)), *hidden, layers.Dense(10)])
model.compile("adam", oribi.losses.SparseCategoricalCrossentropy(from_logits=True))
rows = 150_000
x, y = np.random.default_rng(0).normal(size=(rows, inputs)).astype("float32"), np.arange(rows) % 10
model.fit(x[: 4 * batch], y[: 4 * batch], batch_size=batch, verbose=0)
start = time.perf_counter()
model.fit(x, y, batch_size=batch, verbose=0)
print((time.perf_counter() - start) / (rows / batch) * 1e6)
"""
NETWORKS = {
    "784-128-10, batch 32": [784, [128], 32],
    "64-64-64-10, batch 32": [64, [64, 64], 32],
    "64-64-64-10, batch 128": [64, [64, 64], 128],
}
RUNS = 5


def step_us(network: list, threads: str) -> float:
    """Microseconds of a step."""
    environment = {**os.environ, **({"ORIBI_THREADS": threads} if threads else {})}
    command = [sys.executable, "-c", JOB, json.dumps(network)]
    return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    print("| network | busy loops | default | one thread | all threads | default / better |\n|---|---|---|---|---|---|")
    for name, network in NETWORKS.items():
        for count in (0, 1, 2, 4):
            loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
            try:
                runs = [[step_us(network, threads) for threads in ("", "1", str(os.cpu_count()))] for _ in range(RUNS)]
            finally:
                for loop in loops:
                    loop.kill()
            default, one, every = (statistics.median(column) for column in zip(*runs, strict=True))
            ratio = default / min(one, every)
            print(f"| {name} | {count} | {default:.0f} us | {one:.0f} us | {every:.0f} us | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
