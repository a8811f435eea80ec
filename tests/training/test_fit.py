"""Training as a hostile user does it: odd batches, interruptions, threads, forks, wrong input."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import oribi
from oribi import callbacks, layers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(100, 6)).astype("float32")
Y = RNG.integers(0, 3, 100)


def model(dropout=0.3, seed=1, **compiled):
    oribi.utils.set_random_seed(seed)
    made = oribi.Sequential(
        [layers.Dense(16, activation="relu"), layers.Dropout(dropout), layers.Dense(3)], name=f"m{seed}"
    )
    arguments = {"loss": oribi.losses.SparseCategoricalCrossentropy(from_logits=True), "metrics": ["accuracy"]}
    made.compile("adam", **{**arguments, **compiled})
    return made


def bits(made):
    return b"".join(w.tobytes() for w in made.get_weights())


@pytest.fixture
def big_enough_for_a_team(monkeypatch):
    from oribi.engines.cpu.run import executable

    monkeypatch.setattr(executable, "TEAM_WORK", 0)


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_any_number_of_threads_gives_the_same_bits(monkeypatch, big_enough_for_a_team, threads):
    found = []
    for count in (1, threads):
        monkeypatch.setenv("ORIBI_THREADS", str(count))
        made = model()
        made.fit(X, Y, epochs=2, batch_size=7, verbose=0)
        found.append(bits(made))
    assert found[0] == found[1]


def test_callbacks_for_every_batch_change_no_bit():
    seen = []
    plain, watched = model(), None
    plain.fit(X, Y, epochs=2, batch_size=8, verbose=0)
    watched = model()
    hook = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append((batch, logs["loss"])))
    watched.fit(X, Y, epochs=2, batch_size=8, verbose=0, callbacks=[hook])
    assert bits(plain) == bits(watched)
    assert [batch for batch, _ in seen] == [*range(13), *range(13)]


@pytest.mark.parametrize("batch", [1, 3, 32, 99, 100, 1000])
def test_the_last_batch_counts_right(batch):
    made = model(dropout=0.0)
    made.fit(X, Y, epochs=1, batch_size=batch, verbose=0, steps_per_epoch=1)
    loss, accuracy = made.evaluate(X, Y, batch_size=batch, verbose=0)
    logits = made.predict(X, batch_size=batch, verbose=0)
    shifted = logits - logits.max(1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(1)) - shifted[np.arange(100), Y]
    assert loss == pytest.approx(losses.mean(), rel=1e-5)
    assert accuracy == pytest.approx((logits.argmax(1) == Y).mean(), abs=1e-6)


def test_training_equals_the_formula():
    """Full-batch gradient descent on a linear model, against NumPy."""
    x, y = X[:10], RNG.normal(size=(10, 1)).astype("float32")
    made = oribi.Sequential([layers.Dense(1)])
    made.compile(oribi.optimizers.SGD(0.1), "mse")
    made.build((None, 6))
    w, b = (a.astype("float64") for a in made.get_weights())
    made.fit(x, y, batch_size=10, epochs=5, verbose=0)
    for _ in range(5):
        error = 2 * (x @ w + b - y) / 10
        w, b = w - 0.1 * x.T @ error, b - 0.1 * error.sum(0)
    np.testing.assert_allclose(made.get_weights()[0], w, rtol=1e-5)
    np.testing.assert_allclose(made.get_weights()[1], b, rtol=1e-5)


def test_sample_weights_class_weights_and_validation():
    made = model(dropout=0.0)
    weights = RNG.uniform(size=100)
    history = made.fit(X, Y, sample_weight=weights, class_weight={0: 2.0}, validation_split=0.2, epochs=2, verbose=0)
    assert set(history.history) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert history.epoch == [0, 1]
    assert history.history["val_loss"][-1] == pytest.approx(
        made.evaluate(X[80:], Y[80:], sample_weight=weights[80:], verbose=0)[0], rel=1e-5
    )
    zero = model(dropout=0.0)
    before = [w.copy() for w in zero.predict(X, verbose=0)]
    zero.fit(X, Y, sample_weight=np.zeros(100), verbose=0)
    np.testing.assert_array_equal(zero.predict(X, verbose=0), before)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "uint8", "int64", "bool", ">f4"])
def test_any_dtype_of_data(dtype):
    x = (X * 10).astype(dtype)
    made = model()
    made.fit(x, Y, verbose=0)
    np.testing.assert_allclose(made.predict(x, verbose=0), made.predict(x.astype("float32"), verbose=0), rtol=1e-5)


def test_strided_data_lists_and_tensors():
    made = model(dropout=0.0)
    made.fit(X[::2], Y[::2], verbose=0)
    np.testing.assert_array_equal(made.predict(X[::2], verbose=0), made.predict(X[::2].copy(), verbose=0))
    np.testing.assert_array_equal(made.predict(X[:3].tolist(), verbose=0), made.predict(X[:3], verbose=0))
    np.testing.assert_array_equal(
        made.predict(oribi.ops.convert_to_tensor(X[:3]), verbose=0), made.predict(X[:3], verbose=0)
    )


def test_early_stopping_puts_back_the_best_weights():
    made, kept = model(), {}
    keep = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: kept.update({epoch: bits(made)}))
    stop = callbacks.EarlyStopping("loss", patience=3, restore_best_weights=True, mode="max")
    made.fit(X, Y, epochs=20, verbose=0, callbacks=[keep, stop])
    best = int(np.argmax(made.history.history["loss"]))
    last = made.history.epoch[-1]
    assert last == best + 3 < 19
    assert bits(made) == kept[best] != kept[last]


def test_learning_rate_schedulers_csv_and_nan(tmp_path):
    made = model()
    log = callbacks.CSVLogger(tmp_path / "log.csv")
    rates = callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    made.fit(X, Y, epochs=3, verbose=0, callbacks=[rates, log])
    assert float(made.optimizer.learning_rate) == pytest.approx(0.001 / 8)
    assert (tmp_path / "log.csv").read_text().startswith("epoch,accuracy,learning_rate,loss\n0,")
    broken = X.copy()
    broken[5] = np.nan
    made = model()
    made.fit(broken, Y, batch_size=10, epochs=5, verbose=0, callbacks=[callbacks.TerminateOnNaN()])
    assert made.history.epoch == [0]


def test_a_callback_that_raises_leaves_the_model_usable():
    made = model()

    def fail(batch, logs):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        made.fit(X, Y, verbose=0, callbacks=[callbacks.LambdaCallback(on_train_batch_end=fail)])
    made.fit(X, Y, verbose=0)
    assert np.isfinite(made.predict(X, verbose=0)).all()


def test_batch_methods():
    made = model()
    first = made.train_on_batch(X[:9], Y[:9], return_dict=True)
    assert set(first) == {"loss", "accuracy"} and made.optimizer.iterations.numpy() == 1
    assert len(made.test_on_batch(X[:9], Y[:9])) == 2
    assert made.predict_on_batch(X[:9]).shape == (9, 3)


def test_frozen_layers_do_not_move():
    made = model()
    made.build((None, 6))
    made.layers[0].trainable = False
    before = made.layers[0].get_weights()
    made.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(made.layers[0].get_weights()[0], before[0])
    made.layers[0].trainable = True
    made.compile("sgd", "sparse_categorical_crossentropy")
    made.fit(X, Y, verbose=0)
    assert (made.layers[0].get_weights()[0] != before[0]).any()


COMPOSITES = {
    "Bidirectional": lambda **k: layers.Bidirectional(layers.GRU(3), **k),
    "TimeDistributed": lambda **k: layers.TimeDistributed(layers.Dense(3), **k),
    "RNN": lambda **k: layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], **k),
    "LSTM": lambda **k: layers.LSTM(3, **k),
    "model": lambda **k: oribi.Sequential([layers.Input((5, 4)), layers.Dense(3), layers.Dense(2)], **k),
}


@pytest.mark.parametrize("when", ["made", "before its build", "after its build"])
@pytest.mark.parametrize("name", COMPOSITES)
def test_nothing_inside_of_a_frozen_layer_moves(name, when):
    frozen = COMPOSITES[name](**({"trainable": False} if when == "made" else {}))
    if when == "before its build":
        frozen.trainable = False
    made = oribi.Sequential([layers.Input((5, 4)), frozen, layers.Flatten(), layers.Dense(1)])
    if when == "after its build":
        frozen.trainable = False
    made.compile("adam", "mse")
    before = frozen.get_weights()
    made.fit(np.ones((6, 5, 4)), np.ones((6, 1)), verbose=0)
    assert len(before) > 1 and len(made.trainable_variables) == 2
    for then, now in zip(before, frozen.get_weights(), strict=True):
        np.testing.assert_array_equal(then, now)


def test_two_models_fit_in_two_threads(big_enough_for_a_team):
    alone = [model(seed=s) for s in (1, 2)]
    for made in alone:
        made.fit(X, Y, epochs=5, verbose=0, shuffle=False)
    together = [model(seed=s) for s in (1, 2)]
    jobs = [
        threading.Thread(target=m.fit, args=(X, Y), kwargs={"epochs": 5, "verbose": 0, "shuffle": False})
        for m in together
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert [bits(m) for m in together] == [bits(m) for m in alone]


FORKED = """
import os
os.environ["ORIBI_THREADS"] = "2"
import sys
sys.path.insert(0, os.getcwd())
from oribi.engines.cpu.run import executable
executable.TEAM_WORK = 0
from tests.training.test_fit import X, Y, bits, model
def fit():
    made = model()
    made.fit(X, Y, verbose=0)
    return bits(made)
parent = fit()
child = os.fork()
if not child:
    os._exit(0 if fit() == parent else 1)
print("child", os.waitpid(child, 0)[1], "parent", fit() == parent)
"""


def test_a_fit_inside_of_a_forked_worker():
    done = subprocess.run(
        [sys.executable, "-c", FORKED], capture_output=True, text=True, env=dict(os.environ), timeout=60
    )
    assert done.stdout == "child 0 parent True\n", done.stderr


INTERRUPTED = """
import faulthandler, signal, numpy as np, oribi
faulthandler.enable()
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs tests in the background has it ignored
x, y = np.random.rand(20000, 100), np.random.randint(0, 10, 20000)
m = oribi.Sequential([oribi.layers.Dense(256, activation="relu"), oribi.layers.Dense(10)])
m.compile("adam", oribi.losses.SparseCategoricalCrossentropy(from_logits=True))
m.fit(x, y, verbose=0)
print("ready", flush=True)
try:
    m.fit(x, y, epochs=10000, verbose=0)
except KeyboardInterrupt:
    print("stopped", flush=True)
m.fit(x, y, verbose=0)
print("usable", np.isfinite(m.predict(x[:5], verbose=0)).all(), flush=True)
"""


def test_ctrl_c_stops_and_leaves_process_and_model_usable():
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    try:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert out == "stopped\nusable True\n", (process.returncode, error)


SCE = oribi.losses.SparseCategoricalCrossentropy(from_logits=True)
WRONG = [
    (lambda m: m.fit(X[:, :5], Y), r"Dense '\w+': expected last axis 6, got 5 \(input shape"),
    (lambda m: m.fit(X, Y[:50]), "x has 100 rows and y has 50"),
    (lambda m: m.fit(X, Y, sample_weight=np.ones(3)), "x has 100 rows and sample_weight has 3"),
    (lambda m: m.fit(X, Y + 1), "labels must be classes from 0 to 2.*y has labels 1 to 3"),
    (lambda m: m.fit(X, Y - 1), "y has labels -1 to 1"),
    (lambda m: m.fit(X, np.where(Y == 1, np.nan, Y)), "y has labels NaN"),
    (lambda m: m.fit(X, np.eye(3)[Y]), "For one-hot targets use categorical_crossentropy"),
    (lambda m: m.fit(np.array([["a"] * 6] * 100), Y), "x holds strings"),
    (lambda m: m.fit(np.array([[None] * 6] * 100), Y), "x holds Python objects"),
    (lambda m: m.fit([[1, 2], [3]], [0, 1]), "rows differ in length"),
    (lambda m: m.fit(X[:0], Y[:0]), "x has no rows"),
    (lambda m: m.predict(X[:0]), "x has no rows"),
    (lambda m: m.fit(X), "y is missing"),
    (lambda m: m.fit(X, Y, batch_size=0.5), "batch_size must be a positive whole number, got 0.5"),
    (lambda m: m.fit(X, Y, validation_data=X), r"validation_data must be \(x, y\)"),
    (lambda m: m.fit(X, Y, validation_split=2), "validation_split must be between 0 and 1"),
    (lambda m: m.fit(X, Y, verbose=7), "verbose must be 0, 1, 2"),
    (lambda m: m.compile("adm", "mse"), "unknown optimizer: 'adm'. Did you mean 'adam'?"),
    (lambda m: m.compile("adam", "categorical_crossentropi"), "Did you mean 'categorical_crossentropy'"),
    (lambda m: m.set_weights([]), "has 4 weights, set_weights was given 0"),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG, ids=range(len(WRONG)))
def test_wrong_input_is_told_in_the_users_terms(wrong, message):
    made = model()
    made.fit(X, Y, verbose=0)
    with pytest.raises((ValueError, TypeError), match=message):
        wrong(made)
    made.compile("adam", SCE)
    made.fit(X, Y, verbose=0)


def test_an_uncompiled_model_says_so():
    with pytest.raises(ValueError, match=r"Sequential 'fresh' is not compiled: call compile"):
        oribi.Sequential([layers.Dense(1)], name="fresh").fit(X, Y)


def test_progress_lines_in_a_pipe(capsys):
    made = model()
    made.fit(X, Y, epochs=2, batch_size=10)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Epoch 1/2" and lines[2] == "Epoch 2/2" and len(lines) == 4
    assert (
        lines[1].startswith("10/10 ━━━━━━━━━━━━━━━━━━━━ 0s ")
        and " - accuracy: 0." in lines[1]
        and " - loss: " in lines[1]
    )
    made.evaluate(X, Y, verbose=2)
    assert capsys.readouterr().out.startswith("4/4 - 0s - ")


def test_predict_copies_no_weights_and_fit_changes_no_snapshot():
    model = oribi.Sequential([layers.Input((4,)), layers.Dense(3)])
    model.compile("sgd", "mse")
    kernel = model.layers[0].kernel
    before, array = kernel.value, kernel.array()
    x = np.ones((5, 4), "float32")
    model.predict(x, verbose=0)
    model.evaluate(x, np.ones((5, 3)), verbose=0)
    assert kernel.array() is array
    kept = before.numpy()
    model.fit(x, np.ones((5, 3)), verbose=0)
    np.testing.assert_array_equal(before.numpy(), kept)
    assert (kernel.numpy() != kept).any()
