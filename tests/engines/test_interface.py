"""Every engine behind the one interface: a folder each, chosen by name, with the same numbers."""

import os
import subprocess
import sys

import numpy as np
import pytest

import oribi
from oribi import engines, layers
from oribi.graph import elementwise as ew
from oribi.graph.node import parameter
from oribi.graph.program import make


@pytest.fixture(params=engines.names())
def engine(request):
    oribi.config.set_engine(request.param)
    yield engines.current()
    oribi.config.set_engine("cpu")


def counter():
    """A program that adds its input to its state, and returns the state times two."""
    x, total = parameter("x", (3,), "float32"), parameter("total", (3,), "float32")
    after = ew.add(total, x)
    return make([x], [(total, after)], [ew.add(after, after)])


def test_a_program_runs_step_by_step(engine):
    total = engine.buffer(np.zeros(3), "float32")
    outputs = [np.zeros((5, 3), "float32")]
    call = engine.compile(counter()).bind([np.array([1, 2, 3], "float32")], [total], outputs)
    done = 0
    while done < 4:
        done += call.advance(done, 4 - done)
    assert done == 4
    np.testing.assert_array_equal(outputs[0], [[2, 4, 6], [4, 8, 12], [6, 12, 18], [8, 16, 24], [0, 0, 0]])
    np.testing.assert_array_equal(total.numpy(), [4, 8, 12])


def test_a_buffer_is_a_copy_that_can_be_written(engine):
    value = np.arange(3.0)
    buffer = engine.buffer(value, "float32")
    value[:] = 7
    np.testing.assert_array_equal(buffer.numpy(), np.arange(3, dtype="float32"))
    buffer.write(np.array([4, 5, 6]))
    np.testing.assert_array_equal(buffer.numpy(), np.array([4, 5, 6], "float32"))
    assert buffer.shape == (3,) and engine.holds(buffer)


@pytest.mark.parametrize(
    "inputs, state, outputs, message",
    [
        ([np.zeros(4, "float32")], np.zeros(3), [np.zeros((1, 3), "float32")], "input"),
        ([np.zeros(3, "float64")], np.zeros(3), [np.zeros((1, 3), "float32")], "input"),
        ([np.zeros(3, "float32")], np.zeros(2), [np.zeros((1, 3), "float32")], "state"),
        ([np.zeros(3, "float32")], np.zeros(3), [np.zeros(3, "float32")], "output"),
        ([], np.zeros(3), [np.zeros((1, 3), "float32")], "takes 1 input"),
    ],
)
def test_arrays_that_do_not_fit(engine, inputs, state, outputs, message):
    with pytest.raises(ValueError, match=message):
        engine.compile(counter()).bind(inputs, [engine.buffer(state, "float32")], outputs)


def fitted(name):
    """The quickstart's model on its kind of data: what fit, evaluate and predict give."""
    oribi.config.set_engine(name)
    oribi.utils.set_random_seed(3)
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (130, 28, 28)).astype("uint8") / 255.0, rng.integers(0, 10, 130).astype("uint8")
    model = oribi.Sequential(
        [
            layers.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10),
        ]
    )
    loss = oribi.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    history = model.fit(x, y, epochs=2, verbose=0).history
    return history, model.evaluate(x, y, verbose=0), model.predict(x[:7], verbose=0), model.get_weights()


def test_the_quickstart_is_fitted_by_every_engine(engine):
    history, scores, predictions, weights = fitted(engine.name)
    want = fitted("cpu")
    np.testing.assert_allclose(history["loss"], want[0]["loss"], rtol=1e-5)
    np.testing.assert_allclose(history["accuracy"], want[0]["accuracy"])
    np.testing.assert_allclose(scores, want[1], rtol=1e-5)
    np.testing.assert_allclose(predictions, want[2], atol=1e-5)
    for have, expected in zip(weights, want[3], strict=True):
        np.testing.assert_allclose(have, expected, atol=2e-5)


def test_another_engine_takes_over_between_two_fits():
    """Weights and the optimizer's state go on where they were."""
    found = []
    for names in (("cpu", "cpu"), ("cpu", "reference"), ("reference", "cpu")):
        oribi.utils.set_random_seed(5)
        model = oribi.Sequential([layers.Input((4,)), layers.Dense(3)])
        model.compile("adam", "mse")
        x, y = np.random.default_rng(1).normal(size=(2, 40, 4)).astype("float32"), np.ones((40, 3), "float32")
        for name, part in zip(names, x, strict=True):
            oribi.config.set_engine(name)
            model.fit(part, y, verbose=0)
        found.append(model.get_weights())
    oribi.config.set_engine("cpu")
    for weights in found[1:]:
        for have, want in zip(weights, found[0], strict=True):
            np.testing.assert_allclose(have, want, atol=1e-6)


def test_an_engine_that_is_not_there():
    with pytest.raises(ValueError, match=r"no engine 'gpu'; there are 'cpu'.*'reference'"):
        oribi.config.set_engine("gpu")
    assert oribi.config.engine() == "cpu"


@pytest.mark.parametrize("name, expected", [("reference", "reference"), ("", "cpu"), (None, "cpu")])
def test_the_environment_names_the_engine(name, expected):
    environment = {k: v for k, v in os.environ.items() if k != "ORIBI_ENGINE"}
    environment |= {} if name is None else {"ORIBI_ENGINE": name}
    command = [sys.executable, "-c", "import oribi; print(oribi.config.engine())"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected
