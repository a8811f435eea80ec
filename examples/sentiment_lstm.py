"""An LSTM that tells good reviews from bad ones: words that praise or blame, and a word that turns the next one round.

Run:  python examples/sentiment_lstm.py
"""

import numpy as np

import oribi
from oribi import layers

WORDS, LENGTH, PADDING, NOT = 500, 40, 0, 1
rng = np.random.default_rng(0)
meaning = rng.choice([-1, 0, 1], WORDS, p=[0.15, 0.7, 0.15])  # of each word


def reviews(count):
    """Reviews of different lengths, padded with zeros; good if there is more praise in them than blame."""
    words = rng.integers(2, WORDS, (count, LENGTH))
    words[rng.random(words.shape) < 0.2] = NOT
    turned = np.where(np.roll(words, 1, axis=1) == NOT, -1, 1)
    turned[:, 0] = 1
    there = np.arange(LENGTH) < rng.integers(10, LENGTH + 1, (count, 1))
    score = (np.where(words == NOT, 0, meaning[words]) * turned * there).sum(1)
    clear = score != 0
    return np.where(there, words, PADDING)[clear], (score > 0)[clear].astype("int32")


oribi.utils.set_random_seed(0)
model = oribi.Sequential(
    [
        layers.Embedding(WORDS, 32, mask_zero=True),  # the LSTM leaves out the padding
        layers.Bidirectional(layers.LSTM(32)),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(oribi.optimizers.Adam(3e-3), "binary_crossentropy", metrics=["accuracy"])
model.fit(*reviews(12000), batch_size=64, epochs=5, verbose=2)
print("accuracy on new reviews:", round(model.evaluate(*reviews(3000), verbose=0)[1], 3))
