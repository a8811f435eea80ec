"""Losses and metrics of a model, brought to its outputs: masks, names, weights, missing true values."""

import numpy as np
import pytest

import oribi
from oribi import callbacks, layers, losses, metrics

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("metric", ["sparse_categorical_crossentropy", "ce", losses.SparseCategoricalCrossentropy()])
@pytest.mark.parametrize("place", ["metrics", "weighted_metrics"])
def test_a_loss_as_a_metric_sees_the_mask(metric, place):
    x = RNG.normal(size=(4, 5, 3)).astype("float32")
    x[0], x[1, 2:] = 0, 0
    model = oribi.Sequential([layers.Input((5, 3)), layers.Masking(), layers.Dense(4, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", **{place: [metric]})
    logs = model.evaluate(x, RNG.integers(0, 4, (4, 5)), batch_size=4, verbose=0)
    assert logs[1] == pytest.approx(logs[0], rel=1e-5)


def test_classes_to_be_ignored_do_not_count_in_the_mean(keras):
    y = np.array([0, -1, 2, -1, 1])
    p = RNG.dirichlet(np.ones(3), 5).astype("float32")
    arguments = {"ignore_class": -1}
    for weight in (None, np.array([1.0, 2.0, 0.5, 3.0, 1.0], "float32")):
        ours = losses.SparseCategoricalCrossentropy(**arguments)(y, p, weight)
        theirs = keras.losses.SparseCategoricalCrossentropy(**arguments)(y, p, weight)
        assert float(ours) == pytest.approx(float(theirs), rel=1e-5)


@pytest.mark.parametrize("reduction", ["sum", "none", "sum_over_batch_size"])
@pytest.mark.parametrize("name", ["MeanSquaredError", "MeanAbsoluteError", "BinaryCrossentropy"])
@pytest.mark.parametrize("shapes", [((2, 3), (2, 3, 1)), ((2, 3, 1), (2, 3)), ((4,), (4, 1)), ((4, 1), (4,))], ids=str)
def test_a_last_axis_of_one_is_squeezed_as_in_keras(keras, name, shapes, reduction):
    y, p = (RNG.uniform(0.1, 0.9, shape).astype("float32") for shape in shapes)
    for weight in (None, RNG.uniform(size=shapes[0][0]).astype("float32")):
        ours, theirs = (
            np.asarray(getattr(library.losses, name)(reduction=reduction)(y, p, weight)) for library in (oribi, keras)
        )
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_metrics_of_one_name_are_entries_of_their_own():
    model = oribi.Sequential([layers.Input((1,)), layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", "mse", metrics=["mae", "mae"], weighted_metrics=["mae"])
    x, zero = np.array([[1.0], [3.0]], "float32"), np.zeros((2, 1), "float32")
    logs = model.evaluate(x, zero, sample_weight=np.array([3.0, 1.0]), verbose=0, return_dict=True)
    assert logs["mae"] == logs["mae_1"] == 2.0 and logs["weighted_mae"] == 1.5


def test_one_metric_object_for_two_outputs_is_refused():
    start = layers.Input((1,))
    model = oribi.Model(start, {"one": layers.Dense(1)(start), "two": layers.Dense(1)(start)})
    shared = metrics.MeanAbsoluteError()
    model.compile("sgd", "mse", metrics={"one": shared, "two": shared})
    ones = np.ones((4, 1), "float32")
    with pytest.raises(ValueError, match="more than once"):
        model.fit(ones, {"one": ones, "two": ones}, verbose=0)


def test_true_values_are_needed_for_outputs_with_a_loss_alone():
    start = layers.Input((1,))
    model = oribi.Model(start, {"p": layers.Dense(1)(start), "q": layers.Dense(1)(start)})
    model.compile("sgd", {"p": "mse"})
    ones = np.ones((4, 1), "float32")
    with pytest.warns(UserWarning, match="does not depend on"):
        model.fit(ones, {"p": ones}, verbose=0)
    with pytest.raises(ValueError, match="'p'"):
        model.fit(ones, {"q": ones}, verbose=0)


@pytest.mark.parametrize("kind", ["EarlyStopping", "ModelCheckpoint"])
def test_a_metric_of_unknown_direction_needs_a_mode(tmp_path, kind):
    def dice(y_true, y_pred):
        return oribi.ops.mean(y_pred)

    first = () if kind == "EarlyStopping" else (tmp_path / "m.keras",)
    best = {} if kind == "EarlyStopping" else {"save_best_only": True}
    model = oribi.Sequential([layers.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[dice])
    ones = np.ones((4, 1), "float32")
    for mode in ("auto", "max"):
        watch = getattr(callbacks, kind)(*first, monitor="val_dice", mode=mode, **best)
        if mode == "max":
            model.fit(ones, ones, validation_data=(ones, ones), verbose=0, callbacks=[watch])
        else:
            with pytest.raises(ValueError, match="mode='max'"):
                model.fit(ones, ones, validation_data=(ones, ones), epochs=2, verbose=0, callbacks=[watch])


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_metric_may_say_which_way_it_gets_better(direction):
    class Dice(oribi.metrics.Mean):
        def __init__(self):
            super().__init__("dice")
            self._direction = direction

        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(y_pred)

    model = oribi.Sequential([layers.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[Dice()])
    stop = callbacks.EarlyStopping("val_dice", patience=2, restore_best_weights=True)
    ones = np.ones((4, 1), "float32")
    history = model.fit(ones, ones * 100, epochs=6, validation_data=(ones, ones), verbose=0, callbacks=[stop])
    assert len(history.epoch) == {"up": 6, "down": 3}[direction]  # predictions rise in each epoch
    assert stop.best_epoch == {"up": 5, "down": 0}[direction]


def test_schedules_are_not_thrown_away():
    schedule = oribi.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    optimizer = oribi.optimizers.SGD(schedule)
    with pytest.raises(TypeError, match="schedule"):
        optimizer.learning_rate = 0.1

    def failing(epoch, rate):
        raise TypeError("words of the user's own")

    model = oribi.Sequential([layers.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match="words of the user's own"):
        model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0, callbacks=[callbacks.LearningRateScheduler(failing)])


def test_metrics_of_one_name_in_models_with_two_outputs_are_named_as_in_keras(keras):
    names = []
    for library in (oribi, keras):
        start = library.Input((1,))
        outputs = [library.layers.Dense(1, name=name)(start) for name in ("one", "two")]
        model = library.Model(start, outputs)
        model.compile("sgd", "mse", metrics=[["mae"], []], weighted_metrics=[["mae"], ["mae"]])
        ones = np.ones((2, 1), "float32")
        names.append(sorted(model.evaluate(ones, [ones, ones], verbose=0, return_dict=True)))
    assert names[0] == names[1]


@pytest.mark.parametrize(
    "name", ["MeanSquaredError", "MeanAbsoluteError", "BinaryCrossentropy", "CategoricalCrossentropy"]
)
def test_losses_are_float32_whatever_the_data(name):
    y, p = (RNG.dirichlet(np.ones(3), 4) for _ in range(2))
    assert y.dtype == np.float64 and getattr(losses, name)()(y, p).dtype == "float32"


def test_adamw_needs_its_weight_decay():
    with pytest.raises(ValueError, match="weight_decay"):
        oribi.optimizers.AdamW(weight_decay=None)
