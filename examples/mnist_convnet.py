"""A small convnet for handwritten digits.

Run:  python examples/mnist_convnet.py        (synthetic digits, no network; --mnist for the real ones)
"""

import sys

import oribi
from oribi import datasets, layers

digits = datasets.mnist if "--mnist" in sys.argv else datasets.synthetic_digits
(x_train, y_train), (x_test, y_test) = digits.load_data()

oribi.utils.set_random_seed(0)
model = oribi.Sequential(
    [
        oribi.Input((28, 28, 1)),
        layers.Rescaling(1 / 255),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(10),
    ]
)
epochs, steps = 5 if "--mnist" in sys.argv else 1, -(-len(x_train) // 128)
rate = oribi.optimizers.schedules.CosineDecay(2e-3, epochs * steps)
loss = oribi.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer=oribi.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])
model.summary()
model.fit(x_train[..., None], y_train, batch_size=128, epochs=epochs, verbose=2)
print("test accuracy:", round(model.evaluate(x_test[..., None], y_test, verbose=0)[1], 4))
