"""What a tensor puts off is computed once, however many expressions read it, and kept no longer than somebody may ask for it."""

import gc
import importlib
import threading
import tracemalloc

import numpy as np
import pytest

import oribi
from oribi import layers, ops
from oribi.values import Tensor

ENGINE = importlib.import_module("oribi.engines.reference.evaluate")
KEPT = importlib.import_module("oribi.engines.reference.kept")._kept


@pytest.fixture
def products(monkeypatch):
    """Counts the contractions that are evaluated."""
    rule, done = ENGINE._ALL["dot_general"], []

    def counted(*operands):
        done.append(1)
        return rule(*operands)

    monkeypatch.setitem(ENGINE._ALL, "dot_general", counted)
    return done


@pytest.fixture
def model():
    return oribi.Sequential([layers.Input((4,)), layers.Dense(8, "relu"), layers.Dense(3)])


X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
LOOKS = {
    "one by one": lambda h: [np.asarray(f(h)) for f in (lambda t: t + 1, lambda t: t * 2, lambda t: t - 1)],
    "made first": lambda h: [np.asarray(t) for t in [h + 1, h * 2, h - 1]],
    "itself first": lambda h: [np.asarray(h) + 1, np.asarray(h * 2), np.asarray(h - 1)],
    "itself last": lambda h: [a := np.asarray(h + 1), np.asarray(h * 2), (a * 0) + np.asarray(h) - 1],
    "through others": lambda h: [
        np.asarray(ops.relu(h + 1) - ops.relu(-(h + 1))),
        np.asarray((h + 1) * 2 - 2),
        np.asarray(ops.transpose(ops.transpose(h) - 1)),
    ],
    "by ways to look": lambda h: [np.array([[float(t) for t in row] for row in h]) + 1, h.numpy() * 2, np.array(h) - 1],
}


@pytest.mark.parametrize("looks", LOOKS)
def test_a_value_that_three_expressions_read_is_computed_once(model, products, looks):
    want = model(X).numpy()
    del products[:]
    for have, expected in zip(LOOKS[looks](model(X)), (want + 1, want * 2, want - 1), strict=True):
        np.testing.assert_allclose(have, expected, rtol=1e-6, atol=1e-6)
    assert len(products) == 2


def test_expressions_made_before_the_value_was_known_share_it(model, products):
    h = model(X)
    first, second = h + 1, h * 2
    value = h.numpy()
    np.testing.assert_array_equal(first, value + 1)
    np.testing.assert_array_equal(second, value * 2)
    assert len(products) == 2


def test_the_outputs_of_a_model_share_what_they_are_made_of(products):
    x = layers.Input((4,))
    trunk = layers.Dense(8, "tanh")(layers.Dense(8, "relu")(x))
    model = oribi.Model(x, [layers.Dense(1)(trunk), layers.Dense(2)(trunk), layers.Dense(3)(trunk)])
    a, b, c = model(X)
    assert [np.shape(t.numpy()) for t in (b, c, a)] == [(5, 2), (5, 3), (5, 1)]
    assert len(products) == 5


def test_values_that_nobody_holds_are_forgotten(model):
    gc.collect()
    before = len(KEPT)
    h = model(X)
    (h + 1).numpy()
    assert len(KEPT) == before + 1
    del h
    assert len(KEPT) == before
    model(X).numpy()
    assert len(KEPT) == before
    h = model(X)
    later = h * 2
    h.numpy()
    assert len(KEPT) == before + 1  # for `later` alone
    later.numpy()
    del later
    assert len(KEPT) == before


def test_the_values_of_a_loop_do_not_pile_up(products):
    """Each step looks at what follows from the state before it drops that."""
    before, weights = len(KEPT), ops.ones((300, 300)) / 300
    state, first = ops.ones((300, 300)), ops.ones((1,))
    _ = float(ops.sum(state))
    del products[:]
    tracemalloc.start()
    for _ in range(100):
        state = ops.matmul(state, weights) + first
        float(ops.sum(state))
        assert len(KEPT) <= before + 3  # the weights, what is added, and the present state
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(products) == 100
    assert peak < 20 * 300 * 300 * 4


def test_an_intermediate_value_alone_is_not_kept():
    """Of a chain only what is held: the first and the last of four."""
    first = ops.ones((7,)) + 1
    last = (first * 2 - 3) / 4
    before = len(KEPT)
    last.numpy()
    assert len(KEPT) == before + 1
    del first
    assert len(KEPT) == before


def test_what_is_kept_is_not_what_a_caller_may_change():
    h = ops.ones((3,)) * 2
    value = (h + 0).numpy()
    value[:] = 9
    h.numpy()[:] = 9
    np.testing.assert_array_equal(h, [2, 2, 2])
    np.testing.assert_array_equal(h * 1, [2, 2, 2])


def test_kept_values_follow_no_variable():
    v = oribi.Variable([1.0, 2.0])
    h = v * 3
    (h + 1).numpy()
    v.assign([10.0, 20.0])
    np.testing.assert_array_equal(h + 1, [4, 7])
    np.testing.assert_array_equal(v * 3 + 1, [31, 61])


def test_threads_that_share_a_value(model):
    h = model(X)
    want = model(X).numpy()
    expressions: list[Tensor] = [h * float(i) for i in range(64)]
    wrong: list[object] = []

    def look(number):
        try:
            for i in range(number, 64, 8):
                np.testing.assert_allclose(expressions[i], want * i, rtol=1e-6, atol=1e-6)
                np.testing.assert_allclose(h - float(i), want - i, rtol=1e-6, atol=1e-6)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=look, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_deep_graph_is_computed_in_pieces(products):
    """Far more operations than are put off, on a value that is read at every one of them."""
    h = ops.matmul(ops.ones((2, 2)), ops.ones((2, 2)))
    total = h
    for _ in range(3000):
        total = total + h
    assert float(total[0, 0]) == 2 * 3001
    np.testing.assert_array_equal(h, [[2, 2], [2, 2]])
    assert len(products) == 1
