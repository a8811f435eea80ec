"""A layer of one's own, written in `oribi.ops`, trained on a function of two variables.

Run:  python examples/custom_layer.py
"""

import numpy as np

import oribi
from oribi import layers, ops


class Sine(layers.Layer):
    """sin(frequency * x), with a frequency for each feature that is learned."""

    def build(self, input_shape):
        self.frequency = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="frequency")
        self.built = True

    def call(self, inputs):
        return ops.sin(self.frequency * inputs)


oribi.utils.set_random_seed(0)
x = np.random.uniform(-2, 2, (20000, 2))
y = np.sin(3 * x[:, :1]) * np.cos(2 * x[:, 1:])

model = oribi.Sequential([layers.Dense(64), Sine(), layers.Dense(64), Sine(), layers.Dense(1)])
model.compile(optimizer=oribi.optimizers.Adam(3e-3), loss="mse")
stop = oribi.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True)
model.fit(x, y, batch_size=128, epochs=20, validation_split=0.1, callbacks=[stop], verbose=2)
print("mean squared error:", model.evaluate(x[-2000:], y[-2000:], verbose=0))
