"""The state of metrics: exact counts, metrics made of metrics."""

import numpy as np
import pytest

import oribi
from oribi import layers, metrics


@pytest.mark.parametrize("start", [2**24, 2**27, 2**40])
def test_counts_and_sums_are_exact_beyond_what_float32_counts(start):
    mean = metrics.Mean()
    mean.total.assign(np.float64(start))
    mean.count.assign(np.float64(start))
    for _ in range(5):
        mean.update_state([0.0, 1.0, 1.0])
    assert float(mean.count) == start + 15 and float(mean.total) == start + 10
    assert mean.result().dtype == "float32"


def test_an_epoch_counts_on_exactly():
    class Long(oribi.Model):
        def __init__(self):
            super().__init__()
            self.out, self.hits = layers.Dense(1), metrics.Mean(name="hits")

        def call(self, inputs):
            return self.out(inputs)

        def reset_metrics(self):
            super().reset_metrics()
            self.hits.count.assign(np.float64(2**24))

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            self.hits.update_state([1.0])
            return super().compute_metrics(x, y, y_pred, sample_weight)

    model = Long()
    model.compile("sgd", "mse")
    model.fit(np.ones((33, 2)), np.ones((33, 1)), batch_size=1, verbose=0)
    assert float(model.hits.count) == 2**24 + 33


class Both(metrics.Metric):
    """Two means in containers, and a variable set as an attribute."""

    def __init__(self, name="both"):
        super().__init__(name)
        self.parts = {"means": [metrics.Mean(name="low"), metrics.Mean(name="high")]}
        self.calls = oribi.Variable(np.zeros((), "float32"), trainable=False)

    def update_state(self, y_true, y_pred, sample_weight=None):
        for factor, mean in enumerate(self.parts["means"], 1):
            mean.update_state(oribi.ops.mean(y_pred) * 0 + factor)
        self.calls.assign(self.calls + 1)

    def result(self):
        return {mean.name: mean.result() for mean in self.parts["means"]} | {"calls": self.calls.value}


def test_metrics_inside_of_a_metric_are_its_state_and_start_anew():
    both = Both()
    assert len(both.variables) == 5
    model = oribi.Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[both])
    history = model.fit(np.ones((6, 2)), np.ones((6, 1)), batch_size=2, epochs=2, verbose=0).history
    assert history["low"] == [1.0, 1.0] and history["high"] == [2.0, 2.0] and history["calls"] == [3.0, 3.0]


def test_a_metric_may_give_an_array():
    class Columns(metrics.Metric):
        def __init__(self, name="columns"):
            super().__init__(name)
            self.sums = self.add_weight(shape=(3,), name="sums")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.sums.assign_add(oribi.ops.sum(y_true, axis=0))

        def result(self):
            return self.sums.value

    model = oribi.Sequential([layers.Input((2,)), layers.Dense(3)])
    model.compile("sgd", "mse", metrics=[Columns()])
    history = model.fit(np.ones((5, 2)), np.tile([1.0, 2.0, 3.0], (5, 1)), batch_size=2, epochs=2, verbose=1).history
    np.testing.assert_allclose(history["columns"], [[5, 10, 15]] * 2)
