"""Handwritten digits in twenty lines: the TensorFlow quickstart with one changed import.

Run:  python examples/mnist_quickstart.py        (synthetic digits, no network; --mnist for the real ones)
"""

import sys

from oribi import datasets, tf

digits = datasets.mnist if "--mnist" in sys.argv else datasets.synthetic_digits
(x_train, y_train), (x_test, y_test) = digits.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0

model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Flatten(input_shape=(28, 28)),
        tf.keras.layers.Dense(128, activation="relu"),
        tf.keras.layers.Dropout(0.2),
        tf.keras.layers.Dense(10),
    ]
)
loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
print("before training:", loss(y_train[:1], model(x_train[:1])).numpy())

model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
model.fit(x_train, y_train, epochs=5)
model.evaluate(x_test, y_test, verbose=2)
print(
    "this is a", tf.nn.softmax(model.predict(x_test[:1], verbose=0)).numpy().argmax(), "and the label says", y_test[0]
)
