"""Variables that a loss does not depend on have no gradient, and do not move: not by momentum, nor by decay."""

import numpy as np
import pytest

import oribi
from oribi import GradientTape, layers, ops

X, Y = np.ones((4, 2), "float32"), np.zeros((4, 1), "float32")


class Half(oribi.Model):
    """A model that uses one of its two layers."""

    def __init__(self):
        super().__init__()
        self.used, self.unused = layers.Dense(1), layers.Dense(1)

    def build(self, input_shape):
        self.used.build(input_shape)
        self.unused.build(input_shape)
        self.built = True

    def call(self, inputs):
        return self.used(inputs)


@pytest.mark.parametrize(
    "optimizer", [oribi.optimizers.Adam(0.1), oribi.optimizers.SGD(0.1, momentum=0.9, weight_decay=0.1)]
)
def test_a_layer_that_is_not_used_stays_as_it_is(optimizer):
    model = Half()
    model(X)
    model.compile(optimizer, "mse")
    before = model.unused.get_weights()
    with pytest.warns(UserWarning, match="does not depend on"):
        model.fit(X, Y, epochs=3, verbose=0)
    for ours, first in zip(model.unused.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, first)


class Taped(Half):
    def train_step(self, data):
        x, y = data
        with GradientTape(persistent=True) as tape:
            loss = ops.mean((self(x) - y) ** 2)
        weights = {"used": self.used.kernel, "unused": [self.unused.kernel], "stopped": x}
        found = tape.gradient(loss, weights)
        zeros = tape.gradient(loss, weights, unconnected_gradients="zero")
        assert found["used"] is not None and found["unused"] == [None]
        assert zeros["unused"][0].shape == (2, 1)
        assert tape.gradient(ops.stop_gradient(loss), self.used.kernel) is None
        scaled = tape.gradient(loss, self.used.kernel, output_gradients=ops.convert_to_tensor(2.0))
        with pytest.raises(ValueError, match="unconnected_gradients"):
            tape.gradient(loss, weights, unconnected_gradients="nothing")
        with pytest.raises(ValueError, match="no gradients for any variable"):
            self.optimizer.apply([None], [self.unused.kernel])
        return {"zero": ops.max(ops.abs(zeros["unused"][0])), "ratio": ops.mean(scaled / found["used"])}


def test_a_tape_gives_none_or_zeros():
    model = Taped()
    model(X)
    model.compile("sgd", "mse")
    history = model.fit(X, Y + 1, verbose=0).history
    assert history["zero"] == [0.0] and history["ratio"] == pytest.approx([2.0])
