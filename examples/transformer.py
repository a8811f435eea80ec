"""A Transformer block that tells sentences of one made-up language from those of another by the order of their words.

Run:  python examples/transformer.py
"""

import numpy as np

import oribi
from oribi import layers, ops

WORDS, LENGTH = 200, 24
rng = np.random.default_rng(0)


def sentences(count):
    """Random words; in the second language, somewhere, word 1 comes before word 2, in the first after it."""
    words, language = rng.integers(3, WORDS, (count, LENGTH)), rng.integers(0, 2, count)
    places = np.sort(np.stack([rng.permutation(LENGTH)[:2] for _ in range(count)]), 1)
    words[np.arange(count), places[:, 0]] = np.where(language, 1, 2)
    words[np.arange(count), places[:, 1]] = np.where(language, 2, 1)
    return words, language


oribi.utils.set_random_seed(0)
words = oribi.Input((LENGTH,), dtype="int32")
x = layers.Embedding(WORDS, 32)(words) + layers.Embedding(LENGTH, 32)(ops.arange(LENGTH))
x = layers.LayerNormalization()(x + layers.MultiHeadAttention(num_heads=2, key_dim=16)(x, x))
x = layers.LayerNormalization()(x + layers.Dense(32)(layers.Dense(64, activation="relu")(x)))
model = oribi.Model(words, layers.Dense(2)(layers.GlobalMaxPooling1D()(x)))

loss = oribi.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(oribi.optimizers.Adam(2e-3), loss, metrics=["accuracy"])
model.fit(*sentences(10000), batch_size=64, epochs=8, verbose=2)
print("accuracy on new sentences:", round(model.evaluate(*sentences(2000), verbose=0)[1], 3))
