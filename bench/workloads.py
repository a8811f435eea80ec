"""What people train, the same on every Keras: name -> (model, data, batch size). Used by bench/jobs/models_keras.py."""

import numpy as np

ROWS = {
    "convnet": 12800,
    "mlp": 12800,
    "autoencoder": 12800,
    "resnet": 1280,
    "lstm": 2560,
    "gru": 2560,
    "transformer": 2560,
}
BATCH = {"convnet": 128, "mlp": 256, "autoencoder": 256, "resnet": 64, "lstm": 32, "gru": 32, "transformer": 32}
SEQUENCES = ("lstm", "gru", "transformer")


def data(name):
    """Random arrays of the real shapes."""
    rng, rows = np.random.default_rng(0), ROWS[name]
    classes = rng.integers(0, 10, rows)
    if name in SEQUENCES:
        return rng.integers(0, 20000, (rows, 80)).astype("int32"), rng.integers(0, 2, rows)
    shape = {"convnet": (28, 28, 1), "resnet": (32, 32, 3)}.get(name, (784,))
    x = rng.random((rows, *shape), dtype=np.float32)
    return (x, x) if name == "autoencoder" else (x, classes)


def model(name, keras):
    """A compiled model."""
    built = MODELS[name](keras, keras.layers)
    built.compile(
        "adam", LOSSES.get(name, lambda losses: losses.SparseCategoricalCrossentropy(from_logits=True))(keras.losses)
    )
    return built


def convnet(keras, layers):
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10),
        ]
    )


def mlp(keras, layers):
    hidden = [layers.Dense(512, activation="relu") for _ in range(2)]
    return keras.Sequential([keras.Input((784,)), *hidden, layers.Dense(10)])


def autoencoder(keras, layers):
    sizes = (128, 64, 32, 64, 128)
    hidden = [layers.Dense(n, activation="relu") for n in sizes]
    return keras.Sequential([keras.Input((784,)), *hidden, layers.Dense(784, activation="sigmoid")])


def resnet(keras, layers):
    """Three stages of 16, 32 and 64 channels, two blocks each (He et al., 2016)."""

    def normal(x):
        return layers.BatchNormalization()(x)

    def conv(x, filters, size=3, stride=1):
        return layers.Conv2D(filters, size, stride, padding="same", use_bias=False)(x)

    inputs = keras.Input((32, 32, 3))
    x = layers.ReLU()(normal(conv(inputs, 16)))
    for filters in (16, 32, 64):
        for block in range(2):
            stride = 2 if block == 0 and filters > 16 else 1
            inner = layers.ReLU()(normal(conv(x, filters, 3, stride)))
            inner = normal(conv(inner, filters))
            short = conv(x, filters, 1, stride) if stride > 1 else x
            x = layers.ReLU()(layers.Add()([inner, short]))
    return keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


def transformer(keras, layers):
    """One block: embedding 32, 2 heads, as in Keras' text classification example."""
    inputs = keras.Input((80,), dtype="int32")
    x = layers.Embedding(20000, 32)(inputs)
    x = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, layers.MultiHeadAttention(2, 32, dropout=0.1)(x, x)]))
    forward = layers.Dense(32)(layers.Dense(32, activation="relu")(x))
    x = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, forward]))
    x = layers.Dropout(0.1)(layers.GlobalAveragePooling1D()(x))
    return keras.Model(inputs, layers.Dense(2)(layers.Dense(20, activation="relu")(x)))


def lstm(keras, layers):
    return _recurrent(keras, layers, layers.LSTM(64))


def gru(keras, layers):
    return _recurrent(keras, layers, layers.GRU(64))


def _recurrent(keras, layers, layer):
    """Embedding, one recurrent layer, one logit, as in Keras' IMDB example."""
    return keras.Sequential([keras.Input((80,), dtype="int32"), layers.Embedding(20000, 64), layer, layers.Dense(1)])


MODELS = {
    "convnet": convnet,
    "mlp": mlp,
    "autoencoder": autoencoder,
    "resnet": resnet,
    "lstm": lstm,
    "gru": gru,
    "transformer": transformer,
}
LOSSES = {
    "autoencoder": lambda losses: "mse",
    "lstm": lambda losses: losses.BinaryCrossentropy(from_logits=True),
    "gru": lambda losses: losses.BinaryCrossentropy(from_logits=True),
}
