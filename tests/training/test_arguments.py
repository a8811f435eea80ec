"""What is wrong with an argument of fit, evaluate or predict is said by the argument's name."""

import numpy as np
import pytest

import oribi
from oribi import callbacks, layers

X, Y = np.ones((8, 2), "float32"), np.zeros((8, 1), "float32")
LABELS = np.array([0, 1] * 4)


class Rows:
    """A dataset by number, which never raises an IndexError."""

    def __len__(self):
        return 3

    def __getitem__(self, number):
        return X[:4], Y[:4]


class Endless:
    def __getitem__(self, number):
        return 1.0


def model(loss="mse", units=1):
    made = oribi.Sequential([layers.Input((2,)), layers.Dense(units)])
    made.compile("sgd", loss)
    return made


WRONG = [
    *(("fit", {"batch_size": wrong}, "batch_size") for wrong in (0, -1, 2.0, True, "8")),
    *(("fit", {"epochs": wrong}, "epochs") for wrong in (-1, 2.5, "3", None)),
    *(("fit", {"initial_epoch": wrong}, "initial_epoch") for wrong in (-1, 0.5)),
    *(("fit", {"steps_per_epoch": wrong}, "steps_per_epoch") for wrong in (0, -2, 1.5)),
    *(("fit", {"validation_steps": wrong}, "validation_steps") for wrong in (0, 0.5)),
    *(("fit", {"validation_batch_size": wrong}, "validation_batch_size") for wrong in (0, 1.5)),
    *(("fit", {"validation_freq": wrong}, "validation_freq") for wrong in (0, -1, 1.5, "2", [0], [1.5], {"a": 1})),
    *(("fit", {"validation_split": wrong}, "validation_split") for wrong in (-0.1, 1.0, 2, "half", True)),
    *(("fit", {"verbose": wrong}, "verbose") for wrong in (3, -1, 0.5, "loud")),
    *(("fit", {"shuffle": wrong}, "shuffle") for wrong in ("batch", 2, None)),
    *(("fit", {"callbacks": wrong}, "callbacks") for wrong in (3, [3], [None], [callbacks.History], "History")),
    *(
        ("fit", {"class_weight": wrong}, "class_weight")
        for wrong in ([1.0, 2.0], 2.0, {"a": 1.0}, {-1: 1.0}, {0: "a"}, {0.5: 1})
    ),
    ("fit", {"validation_data": (X, Y, Y[:, 0], Y)}, "validation_data"),
    ("fit", {"validation_data": X}, "validation_data"),
    ("fit", {"validation_data": (X, Y[:3])}, "validation_data"),
    ("fit", {"validation_data": Rows()}, "validation_data"),
    ("fit", {"y": None, "sample_weight": Y[:, 0]}, "sample_weight"),
    *(("evaluate", {"steps": wrong}, "steps") for wrong in (0, 1.5)),
    *(("evaluate", {"batch_size": wrong}, "batch_size") for wrong in (0, -3)),
    *(("predict", {"steps": wrong}, "steps") for wrong in (0, -1)),
    *(("predict", {"batch_size": wrong}, "batch_size") for wrong in (0, "a")),
    *((method, {"x": Rows()}, "Rows") for method in ("fit", "evaluate", "predict")),
    *((method, {"x": Endless()}, "Endless") for method in ("fit", "evaluate", "predict")),
    *((method, {"x": [Rows(), Rows()]}, "Rows") for method in ("fit", "evaluate", "predict")),
    ("fit", {"y": Rows()}, "y is a Rows"),
    ("fit", {"x": (row for row in X)}, "generator"),
    ("fit", {"x": [(X[:4], Y[:4]), (X[4:], Y[4:])], "y": None}, "list of batches"),
    ("fit", {"x": {1.0, 2.0}}, "set"),
    ("fit", {"x": "text"}, "string"),
    ("fit", {"x": layers.Input((2,))}, "KerasTensor"),
]


@pytest.mark.parametrize(
    ("method", "arguments", "word"), WRONG, ids=lambda part: None if isinstance(part, dict) else part
)
def test_a_wrong_argument_is_named(method, arguments, word):
    given = {"x": X, "verbose": 0, **({"y": Y} if method != "predict" else {}), **arguments}
    if "validation_steps" in arguments or "validation_freq" in arguments or "validation_batch_size" in arguments:
        given["validation_data"] = (X, Y)
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=word):
        getattr(model(), method)(**given)


RIGHT = [
    {"batch_size": np.int64(4)},
    {"epochs": 0},
    {"epochs": np.int32(2), "initial_epoch": 3},
    {"validation_freq": [1, 2], "validation_data": (X, Y)},
    {"validation_freq": np.int64(2), "validation_data": [X, Y]},
    {"verbose": False},
    {"callbacks": callbacks.TerminateOnNaN()},
    {"callbacks": None},
    {"callbacks": ()},
    {"shuffle": np.False_},
    {"validation_split": 0},
    {"x": X.tolist()},
    {"x": [tuple(row) for row in X.tolist()]},
    {"x": memoryview(X)},
    {"x": range(8)},
]


@pytest.mark.parametrize("arguments", RIGHT, ids=range(len(RIGHT)))
def test_what_keras_takes_is_taken(arguments):
    made = model() if not isinstance(arguments.get("x"), range) else oribi.Sequential([layers.Dense(1)])
    given = {"x": X, "y": Y, "verbose": 0, **arguments}
    if isinstance(given["x"], range):
        made = oribi.Sequential([layers.Reshape((1,)), layers.Dense(1)])
    made.compile("sgd", "mse")
    made.fit(**given)


def test_a_class_that_the_model_does_not_have_is_named():
    three = model("sparse_categorical_crossentropy", 3)
    three.fit(X, LABELS, class_weight={0: 1.0, 2: 5.0}, verbose=0)  # no row is of class 2, and one could be
    with pytest.raises(ValueError, match="class_weight"):
        three.fit(X, LABELS, class_weight={0: 1.0, 3: 5.0}, verbose=0)
    with pytest.raises(ValueError, match="class_weight"):
        model("categorical_crossentropy", 3).fit(X, np.eye(3)[LABELS], class_weight={3: 5.0}, verbose=0)
    with pytest.raises(ValueError, match="class_weight"):
        model("binary_crossentropy").fit(X, LABELS, class_weight={0: 1.0, 2: 5.0}, verbose=0)


def test_endless_objects_do_not_reach_numpy():
    with pytest.raises(TypeError, match="Endless"):
        layers.Dense(1)(Endless())
    with pytest.raises(TypeError, match="Rows"):
        oribi.ops.convert_to_tensor([Rows()])
