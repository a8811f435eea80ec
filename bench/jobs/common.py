"""What every job of the benchmark shares: the data, and the one line of JSON that it prints."""

import json
import os
import time

import numpy as np

STARTED = time.perf_counter()


def load():
    """Images as float64 between 0 and 1, as the quickstart makes them, and labels."""
    with np.load(os.environ["BENCH_DATA"]) as data:
        return data["x_train"] / 255.0, data["y_train"], data["x_test"] / 255.0, data["y_test"]


def report(**figures):
    print(json.dumps(figures), flush=True)


class Timer:
    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.start
