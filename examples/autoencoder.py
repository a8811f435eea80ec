"""An autoencoder: digits squeezed through eight numbers and drawn again; the model's two halves are models too.

Run:  python examples/autoencoder.py
"""

import numpy as np

import oribi
from oribi import layers

(x, _), (x_test, _) = oribi.datasets.synthetic_digits.load_data()
x, x_test = (images.reshape(len(images), 784).astype("float32") / 255 for images in (x, x_test))

oribi.utils.set_random_seed(0)
image = oribi.Input((784,))
code = layers.Dense(8, name="code")(layers.Dense(128, activation="relu")(image))
drawn = layers.Dense(784, activation="sigmoid")(layers.Dense(128, activation="relu")(code))
autoencoder, encoder = oribi.Model(image, drawn), oribi.Model(image, code)

autoencoder.compile("adam", "mse")
autoencoder.fit(x, x, batch_size=256, epochs=10, verbose=2)
error = autoencoder.evaluate(x_test, x_test, verbose=0)
print("codes of shape", encoder.predict(x_test, verbose=0).shape)
print("explained:", round(1 - error / float(np.var(x_test - x_test.mean(0))), 3), "of the variance")

for row in autoencoder.predict(x_test[:1], verbose=0).reshape(28, 28)[4:24:2]:
    print("".join(" .:*#"[min(int(v * 5), 4)] for v in row))
