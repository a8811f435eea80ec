"""A table with numbers and categories in, a price and a kind out: several inputs and outputs, by name.

Run:  python examples/tabular.py
"""

import numpy as np

import oribi
from oribi import layers

rng = np.random.default_rng(0)
rows = 20000
numbers = rng.normal(size=(rows, 6)).astype("float32")
city = rng.integers(0, 40, rows)
worth = rng.normal(size=40)[city]
price = (numbers @ [1, -2, 0.5, 0, 0, 1] + 2 * worth + 0.1 * rng.normal(size=rows)).astype("float32")
kind = np.digitize(numbers[:, 0] + worth, [-1, 1])

oribi.utils.set_random_seed(0)
inputs = {"numbers": oribi.Input((6,), name="numbers"), "city": oribi.Input((), dtype="int32", name="city")}
table = layers.Concatenate()([layers.BatchNormalization()(inputs["numbers"]), layers.Embedding(40, 4)(inputs["city"])])
hidden = layers.Dense(64, activation="relu")(layers.Dense(64, activation="relu")(table))
outputs = {"price": layers.Dense(1)(hidden), "kind": layers.Dense(3)(hidden)}
model = oribi.Model(inputs, outputs)

model.compile(
    optimizer="adam",
    loss={"price": "mse", "kind": oribi.losses.SparseCategoricalCrossentropy(from_logits=True)},
    loss_weights={"price": 0.5},
    metrics={"price": ["mae"], "kind": ["accuracy"]},
)
x, y = {"numbers": numbers, "city": city}, {"price": price, "kind": kind}
model.fit(x, y, batch_size=64, epochs=8, validation_split=0.1, verbose=2)
print("kind accuracy:", round(model.evaluate(x, y, verbose=0, return_dict=True)["kind_accuracy"], 3))
