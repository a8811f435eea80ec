"""Attention layers against the installed Keras: masks, causality, scores, gradients through training."""

import numpy as np
import pytest

import oribi
from oribi import layers as L
from oribi import ops

RNG = np.random.default_rng(6)
Q, V, K = (RNG.normal(size=s).astype("float32") for s in ((2, 5, 6), (2, 4, 6), (2, 4, 6)))
Q_MASK, V_MASK = RNG.random((2, 5)) > 0.3, np.array([[True, True, False, False], [True, False, True, True]])
PAIRS = RNG.random((2, 5, 4)) > 0.3


def twins(keras, name, arguments, call):
    theirs, ours = getattr(keras.layers, name)(**arguments), getattr(L, name)(**arguments)
    call(theirs), call(ours)
    weights = [RNG.normal(size=w.shape).astype("float32") * 0.3 for w in ours.weights]
    assert [(w.name, w.shape) for w in ours.weights] == [(w.name, tuple(w.shape)) for w in theirs.weights]
    for layer in (theirs, ours):
        layer.set_weights(weights)
    return theirs, ours


HEADED = [
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}),
    ("MultiHeadAttention", {"num_heads": 3, "key_dim": 2, "output_shape": 7, "use_bias": False}),
    ("GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}),
]
CALLS = [
    {},
    {"use_causal_mask": True},
    {"attention_mask": PAIRS},
    {"value_mask": V_MASK, "query_mask": Q_MASK},
    {"attention_mask": np.zeros((2, 5, 4), bool)},
    {"return_attention_scores": True},
]


@pytest.mark.parametrize("called", CALLS, ids=lambda c: "-".join(c) or "plain")
@pytest.mark.parametrize(("name", "arguments"), HEADED, ids=lambda v: str(v).replace(" ", ""))
def test_heads_agree_with_keras(keras, name, arguments, called):
    theirs, ours = twins(keras, name, arguments, lambda layer: layer(Q, V, K))
    want, have = theirs(Q, V, K, **called), ours(Q, V, K, **called)
    for w, h in zip(*(v if isinstance(v, tuple) else (v,) for v in (want, have)), strict=True):
        rows = Q_MASK if "query_mask" in called else ...  # what a query that is not there sees is nobody's business
        np.testing.assert_allclose(h.numpy()[rows], np.asarray(w)[rows], rtol=2e-5, atol=2e-5)
    again = type(ours).from_config(ours.get_config())
    assert again.get_config() == ours.get_config()


def test_values_of_another_size_than_keys(keras):
    name, arguments = "MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "value_dim": 5}
    # Keras' fused path cannot do this; the one that returns scores can.
    theirs, ours = twins(keras, name, arguments, lambda layer: layer(Q, V, return_attention_scores=True))
    want, have = (layer(Q, V, return_attention_scores=True) for layer in (theirs, ours))
    for w, h in zip(want, have, strict=True):
        np.testing.assert_allclose(h.numpy(), np.asarray(w), rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("mask", [None, [Q_MASK, V_MASK]], ids=["open", "masked"])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Attention", {}),
        ("Attention", {"use_scale": True}),
        ("Attention", {"score_mode": "concat", "use_scale": True}),
        ("AdditiveAttention", {}),
        ("AdditiveAttention", {"use_scale": False}),
    ],
    ids=lambda v: str(v).replace(" ", ""),
)
def test_plain_attention_agrees_with_keras(keras, name, arguments, causal, mask):
    theirs, ours = twins(keras, name, arguments, lambda layer: layer([Q, V, K]))
    want, have = (layer([Q, V, K], mask=mask, use_causal_mask=causal) for layer in (theirs, ours))
    np.testing.assert_allclose(have.numpy(), np.asarray(want), rtol=2e-5, atol=2e-5)
    assert type(ours).from_config(ours.get_config()).get_config() == ours.get_config()


def test_a_mask_of_an_embedding_reaches_attention():
    numbers = np.array([[1, 2, 3, 0, 0]])
    embedded = L.Embedding(5, 4, mask_zero=True)(numbers)
    attention = L.MultiHeadAttention(2, 3)
    _, scores = attention(embedded, embedded, return_attention_scores=True)
    assert scores.numpy()[0, :, :3, 3:].max() < 1e-6


def transformer():
    numbers = oribi.Input((12,), dtype="int32")
    x = L.Embedding(30, 16)(numbers) + L.Embedding(12, 16)(ops.arange(12))
    x = L.LayerNormalization()(x + L.MultiHeadAttention(2, 8, dropout=0.1)(x, x))
    x = L.LayerNormalization()(x + L.Dense(16)(L.Dense(32, activation="relu")(x)))
    return oribi.Model(numbers, L.Dense(2)(L.GlobalAveragePooling1D()(x)))


def test_a_transformer_learns_and_threads_do_not_matter(monkeypatch):
    x = RNG.integers(0, 30, (200, 12))
    y = (x == 7).any(1).astype("int64")
    bits = []
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("ORIBI_THREADS", threads)
        oribi.utils.set_random_seed(2)
        model = transformer()
        loss = oribi.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(oribi.optimizers.Adam(0.01), loss, metrics=["accuracy"])
        history = model.fit(x, y, epochs=15, verbose=0).history
        bits.append([w.tobytes() for w in model.get_weights()])
    assert history["accuracy"][-1] > 0.9
    assert bits[0] == bits[1] == bits[2]
