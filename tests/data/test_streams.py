"""Batches that somebody's code gives: the same numbers as of arrays, and nothing that hangs or is lost."""

import subprocess
import sys
import threading
import time
import traceback

import numpy as np
import pytest

import oribi
from oribi import callbacks, layers
from oribi.data import ahead
from oribi.utils import PyDataset

RNG = np.random.default_rng(0)
X = RNG.normal(size=(23, 3)).astype("float32")
Y = RNG.integers(0, 4, 23)
W = RNG.random(23).astype("float32")
SIZE = 4


def model(library=oribi, optimizer="adam"):
    library.utils.set_random_seed(1)
    made = library.Sequential([library.layers.Input((3,)), library.layers.Dense(4, kernel_initializer="ones")])
    loss = library.losses.SparseCategoricalCrossentropy(from_logits=True)
    made.compile(optimizer, loss, metrics=["accuracy"], weighted_metrics=["mae"] if library is None else None)
    return made


def cut(*arrays, size=SIZE):
    """The batches of arrays, the last one smaller."""
    return [tuple(a[i : i + size] for a in arrays) for i in range(0, len(arrays[0]), size)]


class Numbered(PyDataset):
    """Batches by number."""

    def __init__(self, batches, **kwargs):
        super().__init__(**kwargs)
        self.batches, self.log = batches, []

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        self.log.append(index)
        return self.batches[index]

    def on_epoch_begin(self):
        self.log.append("begin")

    def on_epoch_end(self):
        self.log.append("end")


class Loader:
    """Batches in order, as often as one likes; knows how many."""

    def __init__(self, batches, known=True):
        self.batches, self.known = batches, known

    def __iter__(self):
        return iter(self.batches)

    def __len__(self):
        if not self.known:
            raise TypeError("unknown length")
        return len(self.batches)


def endless(batches):
    while True:
        yield from batches


KINDS = {
    "generator": lambda batches: (batch for _ in range(3) for batch in batches),
    "iterator": lambda batches: iter(batches * 3),
    "lists": lambda batches: (list(batch) for _ in range(3) for batch in batches),
    "PyDataset": Numbered,
    "workers": lambda batches: Numbered(batches, workers=3),
    "loader": Loader,
    "loader of unknown length": lambda batches: Loader(batches, known=False),
}


class Each(callbacks.Callback):
    """Counts the batches of an epoch, which makes the loop run them one by one."""

    def __init__(self):
        self.seen = []

    def on_train_batch_begin(self, batch, logs=None):
        self.seen.append(batch)


def threads():
    return [t for t in threading.enumerate() if t.name.startswith("oribi-data")]


@pytest.mark.parametrize("hooks", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_training_on_batches_gives_the_bits_of_training_on_arrays(kind, weighted, hooks):
    arrays = (X, Y, W) if weighted else (X, Y)
    one, other = model(), model()
    batches = KINDS[kind](cut(*arrays))
    steps = {"steps_per_epoch": 6} if kind in ("generator", "iterator", "lists") else {}
    each = [Each() for _ in range(2)] if hooks else [[], []]
    ours = one.fit(batches, epochs=3, shuffle=False, verbose=0, callbacks=each[0], **steps).history
    sample_weight = {"sample_weight": W} if weighted else {}
    expected = other.fit(X, Y, SIZE, epochs=3, shuffle=False, verbose=0, callbacks=each[1], **sample_weight).history
    assert ours == expected
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    if hooks:
        assert each[0].seen == each[1].seen
    assert not threads()


@pytest.mark.parametrize("kind", KINDS)
def test_evaluate_and_predict(kind):
    made = model()
    expected = made.evaluate(X, Y, SIZE, verbose=0)
    assert made.evaluate(KINDS[kind](cut(X, Y)), steps=6, verbose=0) == expected
    expected = made.predict(X, SIZE, verbose=0)
    np.testing.assert_allclose(made.predict(KINDS[kind](cut(X, Y)), steps=6, verbose=0), expected, rtol=1e-6)
    np.testing.assert_allclose(made.predict(KINDS[kind](cut(X)), steps=2, verbose=0), expected[: 2 * SIZE], rtol=1e-6)
    assert not threads()


def test_predict_of_arrays_alone():
    made = model()
    np.testing.assert_allclose(made.predict((x for (x,) in cut(X)), verbose=0), made.predict(X, verbose=0), rtol=1e-6)


def test_class_weights():
    weights = {0: 1.0, 1: 3.0, 2: 0.5, 3: 2.0}
    ours = model().fit(Numbered(cut(X, Y)), shuffle=False, class_weight=weights, verbose=0).history
    assert ours == model().fit(X, Y, SIZE, shuffle=False, class_weight=weights, verbose=0).history


SETTINGS = [
    ("generator of just enough", lambda: endless(cut(X, Y)), {"steps_per_epoch": 3, "epochs": 4}),
    ("PyDataset", lambda: None, {"epochs": 2}),
    ("PyDataset, fewer steps", lambda: None, {"steps_per_epoch": 4, "epochs": 4}),
    ("PyDataset, more steps", lambda: None, {"steps_per_epoch": 8, "epochs": 2}),
]


@pytest.mark.parametrize(("name", "make", "arguments"), SETTINGS, ids=[name for name, *_ in SETTINGS])
@pytest.mark.parametrize("validated", [False, True])
@pytest.mark.filterwarnings("ignore")
def test_epochs_are_those_of_keras(keras, name, make, arguments, validated):
    def run(library):
        class Set(Numbered if library is oribi else keras.utils.PyDataset):
            def __init__(self, batches):
                super().__init__(batches) if library is oribi else super().__init__()
                self.batches = batches

            __len__ = Numbered.__len__

            def __getitem__(self, index):
                return self.batches[index]

        validation = {"validation_data": Set(cut(X, Y)), "validation_steps": 2} if validated else {}
        data = make() or Set(cut(X, Y))
        history = model(library, "sgd").fit(data, verbose=0, shuffle=False, **arguments, **validation).history
        return {key: np.asarray(values) for key, values in history.items()}

    ours, theirs = run(oribi), run(keras)
    assert ours.keys() == theirs.keys()
    for key in ours:
        np.testing.assert_allclose(ours[key], theirs[key], rtol=2e-5, err_msg=key)


def test_validation_goes_on_in_a_generator():
    """Keras takes the first two batches again each time, since it has looked at them."""
    made = model(optimizer=oribi.optimizers.SGD(0.0))
    batches = cut(X, Y)[:4]
    history = made.fit(X, Y, epochs=3, validation_data=endless(batches), validation_steps=2, verbose=0).history
    expected = [made.evaluate(iter(batches[i : i + 2]), verbose=0)[0] for i in (0, 2)]
    assert history["val_loss"] == [expected[0], expected[1], expected[0]]


def test_batches_of_many_shapes():
    text = oribi.Sequential([layers.Embedding(9, 4), layers.GlobalAveragePooling1D(), layers.Dense(1)])
    text.compile("sgd", "mse")
    batches = [(RNG.integers(0, 9, (rows, length)), RNG.random((rows, 1))) for rows in (2, 3) for length in (1, 4, 7)]
    assert len(text.fit(iter(batches), verbose=0).history["loss"]) == 1
    assert text.predict(iter(batches), verbose=0).shape == (15, 1)


def test_dicts_of_inputs_and_several_outputs():
    a, b = layers.Input((3,), name="a"), layers.Input((1,), name="b")
    joined = layers.Concatenate()([a, b])
    made = oribi.Model([a, b], {"p": layers.Dense(1, name="p")(joined), "q": layers.Dense(2, name="q")(joined)})
    made.compile("sgd", {"p": "mse", "q": "mae"})
    y = {"p": X[:, :1], "q": X[:, :2]}
    batches = [
        ({"a": X[i : i + 5], "b": X[i : i + 5, :1]}, {k: v[i : i + 5] for k, v in y.items()}) for i in range(0, 23, 5)
    ]
    weights = made.get_weights()
    ours = made.fit(iter(batches), verbose=0).history
    made.set_weights(weights)
    expected = made.fit({"a": X, "b": X[:, :1]}, y, 5, shuffle=False, verbose=0).history
    assert ours == expected
    assert {k: v.shape for k, v in made.predict(iter(batches), verbose=0).items()} == {"p": (23, 1), "q": (23, 2)}


# --- what is read, and when ---


def test_no_batch_is_read_beyond_the_last_step():
    read = []

    def counted():
        for number, batch in enumerate(endless(cut(X, Y))):
            read.append(number)
            yield batch

    batches = counted()
    model().fit(batches, steps_per_epoch=3, epochs=2, verbose=0)
    assert read == list(range(6))
    model().fit(batches, steps_per_epoch=2, verbose=0)
    assert read == list(range(8))
    next(batches)
    model().evaluate(batches, steps=1, verbose=0)
    assert len(read) == 10


def test_a_data_set_is_told_of_epochs():
    data, held_back = Numbered(cut(X, Y)[:2]), Numbered(cut(X, Y)[:1])
    model().fit(data, epochs=2, shuffle=False, validation_data=held_back, verbose=0)
    assert data.log == ["begin", 0, 1, "end"] * 2
    assert held_back.log == ["begin", 0, "end"] * 2


def test_batches_by_number_are_shuffled_anew_in_each_epoch():
    data = Numbered(cut(X, Y, size=1))
    oribi.utils.set_random_seed(3)
    model().fit(data, epochs=2, verbose=0)
    order = [item for item in data.log if isinstance(item, int)]
    first, second = order[:23], order[23:]
    assert sorted(first) == sorted(second) == list(range(23))
    assert first != second != list(range(23)) != first


def test_a_data_set_may_change_between_epochs():
    class Growing(Numbered):
        def on_epoch_end(self):
            self.batches = self.batches[:-1]

    each = Each()
    model().fit(Loader(cut(X, Y), known=False), epochs=2, verbose=0, callbacks=[each])
    assert each.seen == [*range(6), *range(6)]


def test_more_batches_than_the_ring_has_room_for(monkeypatch):
    monkeypatch.setattr(ahead, "SLOTS", 2)
    ours = model().fit(Loader(cut(X, Y, size=1)), epochs=2, verbose=0).history
    assert ours == model().fit(X, Y, 1, epochs=2, shuffle=False, verbose=0).history


def test_items_made_in_processes():
    ran = subprocess.run(
        [sys.executable, "-m", "tests.data.processes"], capture_output=True, text=True, timeout=120, check=True
    )
    assert ran.stdout.strip() == str({"same": True, "error": "item 3", "threads": 0}), ran.stderr


def test_workers_make_no_more_batches_than_the_queue_takes():
    class Endless(PyDataset):
        made = 0
        num_batches = None

        def __getitem__(self, index):
            self.made += 1
            return cut(X, Y)[0]

    data = Endless(workers=2, max_queue_size=4)
    model().fit(data, steps_per_epoch=3, epochs=2, verbose=0)
    assert 6 <= data.made <= 6 + 2 * (4 + 2)


# --- when it ends early, or badly ---


class Broken(Exception):
    pass


class Failing(Numbered):
    def __getitem__(self, index):
        if index == 3:
            raise Broken("item 3")
        return super().__getitem__(index)


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
def test_an_error_in_a_source_arrives_with_its_traceback(method):
    def breaking():
        yield from cut(X, Y)[:2]
        raise Broken("the disk is gone")

    with pytest.raises(Broken, match="the disk is gone") as caught:
        getattr(model(), method)(breaking(), verbose=0)
    frames = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "breaking" in frames and method in frames
    assert not threads()


def test_an_error_in_a_worker_arrives():
    data = Failing(cut(X, Y), workers=2)
    with pytest.raises(Broken, match="item 3"):
        model().fit(data, shuffle=False, verbose=0)
    assert not threads()


def test_an_error_in_a_hook_ends_the_reading():
    class Raising(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                raise Broken

    batches = endless(cut(X, Y))
    with pytest.raises(Broken):
        model().fit(batches, steps_per_epoch=1000, verbose=0, callbacks=[Raising()])
    assert not threads()
    assert len(next(batches)) == 2  # nobody closed what is the user's


def test_stopping_within_an_epoch_ends_the_reading():
    class Stopping(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 2

    history = model().fit(endless(cut(X, Y)), steps_per_epoch=1000, epochs=5, verbose=0, callbacks=[Stopping()])
    assert len(history.history["loss"]) == 1
    assert not threads()


def test_a_source_that_is_slower_than_the_loop():
    def slow():
        for batch in cut(X, Y):
            time.sleep(0.005)
            yield batch

    assert model().fit(slow(), verbose=0).history == model().fit(X, Y, SIZE, shuffle=False, verbose=0).history


def test_a_generator_that_uses_the_model_that_is_trained():
    made = model()

    def replayed():
        for x, y in cut(X, Y):
            assert made.predict(x, verbose=0).shape == (len(x), 4)
            yield x, y

    assert len(made.fit(replayed(), verbose=0).history["loss"]) == 1


def test_training_ends_where_a_generator_does():
    made = model()
    with pytest.warns(UserWarning, match="no batch left for epoch 2"):
        history = made.fit(iter(cut(X, Y)), epochs=4, verbose=0).history
    assert len(history["loss"]) == 1
    made = model()
    with (
        pytest.warns(UserWarning, match="Epoch 2 with steps_per_epoch wants 4 batches, and the data has 2 left"),
        pytest.warns(UserWarning, match="no batch left for epoch 3"),
    ):
        history = made.fit(iter(cut(X, Y)), epochs=4, steps_per_epoch=4, verbose=0).history
    assert len(history["loss"]) == 2


def test_validation_without_batches_is_left_out():
    with pytest.warns(UserWarning, match="validation_data has no batch left after epoch 2"):
        history = model().fit(X, Y, epochs=2, validation_data=iter(cut(X, Y)), verbose=0).history
    assert len(history["loss"]) == 2 and len(history["val_loss"]) == 1


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
def test_nothing_at_all(method):
    with pytest.raises(ValueError, match="gives no batch"):
        getattr(model(), method)(iter([]), verbose=0)


WRONG = [
    ({"x": iter(cut(X, Y)), "y": Y}, ValueError, "y is given beside a list_iterator"),
    ({"x": iter(cut(X, Y)), "sample_weight": W}, ValueError, "sample_weight is given beside"),
    ({"x": iter(cut(X, Y)), "validation_split": 0.5}, ValueError, "validation_split=0.5 is for arrays"),
    ({"x": iter([(X, Y, W, W)])}, ValueError, "got 4 parts"),
    ({"x": iter([(X, Y[:3])])}, ValueError, "batch 0: x has 23 rows and y has 3"),
    ({"x": iter([(X[:0], Y[:0])])}, ValueError, "batch 0: x has no rows"),
    ({"x": iter([(["a"], [1])])}, TypeError, "batch 0: x holds strings"),
    ({"x": iter([*cut(X, Y), (X, Y + 9)])}, ValueError, "4"),
    ({"x": cut(X, Y)}, TypeError, r"x is a list of batches, \(x, y\) each. Pass iter\(x\)"),
    ({"x": X, "y": (y for y in Y)}, TypeError, "y is a generator, which is no array"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_said(arguments, error, message):
    with pytest.raises(error, match=message):
        model().fit(verbose=0, **arguments)
    assert not threads()


def test_a_batch_size_beside_batches_is_said_to_be_unused():
    with pytest.warns(UserWarning, match="batch_size=8 is not used: the list_iterator gives batches"):
        model().fit(iter(cut(X, Y)), batch_size=8, verbose=0)


# --- around it ---


def test_the_progress_bar_learns_how_many_there_are(capsys):
    model().fit(Loader(cut(X, Y), known=False), epochs=2)
    assert capsys.readouterr().out.count("6/6") == 2


@pytest.mark.parametrize("limit", [None, 3])
def test_a_run_that_was_interrupted_goes_on_with_the_same_batches(tmp_path, limit):
    class Interrupting(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.seen = getattr(self, "seen", 0) + 1
            if self.seen == 9:
                raise KeyboardInterrupt

    def run(hooks):
        made = model()
        oribi.utils.set_random_seed(5)
        return made, made.fit(Numbered(cut(X, Y)), epochs=4, steps_per_epoch=limit, verbose=0, callbacks=hooks)

    expected, history = run([])
    backup = [callbacks.BackupAndRestore(tmp_path, save_freq=1)]
    with pytest.raises(KeyboardInterrupt):
        run([*backup, Interrupting()])
    assert not threads()
    resumed, again = run([callbacks.BackupAndRestore(tmp_path, save_freq=1)])
    for a, b in zip(resumed.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert again.history == history.history
