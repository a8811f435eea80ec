"""Whatever a step was traced with may change: the next fit trains as if the model had been compiled anew."""

import gc

import numpy as np
import pytest

import oribi
from oribi import callbacks, constraints, layers, losses, ops, optimizers, regularizers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 5)).astype("float32")
Y = RNG.normal(size=(48, 2)).astype("float32")


class Plain:
    """An object of the user's own, which counts no changes."""

    def __init__(self, factor):
        self.factor = factor


class Own(layers.Layer):
    """A layer that reads attributes of every kind while it is traced."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.factor, self.shared, self.table = 1.0, Plain(1.0), np.ones(5, "float32")
        self.options = {"shift": [0.0]}
        self.offset = ops.zeros((5,))
        closed = Plain(1.0)
        self.closed, self.function = closed, lambda x: x * closed.factor

    def call(self, inputs):
        scaled = inputs * self.factor * self.shared.factor * self.table + self.options["shift"][0] + self.offset
        return self.function(scaled)


class Net(oribi.Model):
    def __init__(self):
        super().__init__()
        self.own = Own(name="own")
        self.noise = layers.Dropout(0.5, seed=1)
        self.norm = layers.BatchNormalization(center=False, scale=False)
        self.hidden = layers.Dense(
            6, activation="tanh", kernel_regularizer=regularizers.L2(0.01), kernel_constraint=constraints.MaxNorm(1.0)
        )
        self.slope = layers.LeakyReLU(0.3)
        self.out = layers.Dense(2)

    def call(self, inputs):
        return self.out(self.slope(self.hidden(self.norm(self.noise(self.own(inputs))))))


def parts():
    """The layers of `Net`, for models that hold no layer in an attribute."""
    net = Net()
    for name in ("own", "noise", "norm", "hidden", "slope", "out"):
        getattr(net, name).name = name
    return [net.own, net.noise, net.norm, net.hidden, net.slope, net.out]


def functional(made):
    outputs = inputs = layers.Input((5,))
    for layer in made:
        outputs = layer(outputs)
    return oribi.Model(inputs, outputs)


FORMS = {
    "subclass": Net,
    "sequential": lambda: oribi.Sequential([layers.Input((5,)), *parts()]),
    "functional": lambda: functional(parts()),
    "nested": lambda: functional([oribi.Sequential(parts(), name="inner")]),
}


def within(model, name):
    """An attribute of an object, or the layer of this name in a model."""
    if hasattr(model, name):
        return getattr(model, name)
    holder = model.get_layer("inner") if any(layer.name == "inner" for layer in model.layers) else model
    return holder.get_layer(name)


def net(optimizer=None, form="subclass"):
    oribi.utils.set_random_seed(3)
    model = FORMS[form]()
    loss = losses.CategoricalCrossentropy(from_logits=True)
    model.compile(optimizer or optimizers.SGD(0.1, momentum=0.5), loss, metrics=["mse"])
    return model


def set_of(path, value):
    """A function that sets an attribute of a model, named by a path."""
    *way, last = path.split(".")

    def change(model):
        target = model
        for name in way:
            target = within(target, name)
        setattr(target, last, value)

    return change


def item(path, value, *keys):
    """A function that sets an item of an attribute of a model."""

    def change(model):
        target = model
        for name in path.split("."):
            target = within(target, name)
        for key in keys[:-1]:
            target = target[key]
        target[keys[-1]] = value

    return change


SEEN_AT_ONCE = {
    "rate": set_of("optimizer.learning_rate", 0.01),
    "schedule": set_of("optimizer.learning_rate", optimizers.schedules.ExponentialDecay(0.05, 2, 0.5)),
    "momentum": set_of("optimizer.momentum", 0.9),
    "nesterov": set_of("optimizer.nesterov", True),
    "weight decay": set_of("optimizer.weight_decay", 0.1),
    "clipvalue": set_of("optimizer.clipvalue", 0.001),
    "clipnorm": set_of("optimizer.clipnorm", 0.001),
    "dropout": set_of("noise.rate", 0.0),
    "activation": set_of("hidden.activation", oribi.activations.relu),
    "slope": set_of("slope.negative_slope", 0.9),
    "normalization momentum": set_of("norm.momentum", 0.5),
    "epsilon": set_of("norm.epsilon", 1.0),
    "frozen layer": set_of("hidden.trainable", False),
    "frozen normalization": set_of("norm.trainable", False),
    "frozen weight": set_of("hidden.kernel.trainable", False),
    "regularizer": set_of("hidden.kernel_regularizer.l2", 1.0),
    "constraint": set_of("hidden.kernel_constraint.max_value", 0.1),
    "constraint of a weight": set_of("hidden.kernel.constraint", constraints.MaxNorm(0.1)),
    "attribute": set_of("own.factor", 2.0),
    "tensor": set_of("own.offset", ops.ones((5,))),
    "layer": set_of("slope", layers.ReLU()),
}
SEEN_BY_THE_NEXT_FIT = {
    "object": set_of("own.shared.factor", 2.0),
    "array": item("own.table", 3.0, 1),
    "container": item("own.options", 1.0, "shift", 0),
    "closure": set_of("own.closed.factor", 2.0),
}


def fits(change, again, form="subclass"):
    model = net(form=form)
    model.fit(X, Y, batch_size=16, shuffle=False, verbose=0)
    change(model)
    if again:
        model.compile(model.optimizer, model.loss, metrics=["mse"])
    history = model.fit(X, Y, batch_size=16, shuffle=False, verbose=0).history
    weights = [w.numpy() for w in model.variables if w.dtype == "float32"]
    return [*weights, np.asarray([history["loss"], history["mse"]]), model.predict(X, verbose=0)]


@pytest.fixture(scope="module")
def unchanged():
    return fits(lambda model: None, again=False)


@pytest.mark.parametrize("name", [*SEEN_AT_ONCE, *SEEN_BY_THE_NEXT_FIT])
def test_a_setting_that_is_changed_between_fits_is_seen(unchanged, name):
    change = {**SEEN_AT_ONCE, **SEEN_BY_THE_NEXT_FIT}[name]
    seen = fits(change, again=False)
    for ours, anew in zip(seen, fits(change, again=True), strict=True):
        np.testing.assert_array_equal(ours, anew)
    assert any(not np.array_equal(a, b) for a, b in zip(seen, unchanged, strict=False))


OF_LAYERS = ["dropout", "activation", "frozen normalization", "regularizer", "attribute", "container", "closure"]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "subclass"])
@pytest.mark.parametrize("name", OF_LAYERS)
def test_settings_are_seen_in_models_of_every_form(name, form):
    change = {**SEEN_AT_ONCE, **SEEN_BY_THE_NEXT_FIT}[name]
    seen = fits(change, again=False, form=form)
    for ours, anew in zip(seen, fits(change, again=True, form=form), strict=True):
        np.testing.assert_array_equal(ours, anew)
    left = fits(lambda model: None, again=False, form=form)
    assert any(not np.array_equal(a, b) for a, b in zip(seen, left, strict=False))


@pytest.mark.parametrize("name", SEEN_AT_ONCE)
def test_a_setting_that_is_changed_in_a_hook_is_seen_by_the_next_step(name):
    """Batch by batch, against `train_on_batch` of a model that is compiled anew."""
    hooked, by_hand = net(), net()

    class Change(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 0:
                SEEN_AT_ONCE[name](self.model)

    hooked.fit(X, Y, batch_size=16, shuffle=False, verbose=0, callbacks=[Change()])
    for start in (0, 16, 32):
        by_hand.train_on_batch(X[start : start + 16], Y[start : start + 16])
        if start == 0:
            SEEN_AT_ONCE[name](by_hand)
            by_hand.compile(by_hand.optimizer, by_hand.loss, metrics=["mse"])
    for ours, anew in zip(hooked.get_weights(), by_hand.get_weights(), strict=True):
        np.testing.assert_allclose(ours, anew, rtol=1e-6, atol=1e-7)


def test_a_layer_frozen_at_the_begin_of_an_epoch_does_not_move_in_it():
    model, kept = net(), []

    class Freeze(callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                self.model.hidden.trainable = False
                kept.extend(self.model.hidden.get_weights())

    model.fit(X, Y, epochs=3, verbose=0, callbacks=[Freeze()])
    for before, after in zip(kept, model.hidden.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_replaced_optimizers_train_each_for_itself():
    """An address that is used again is no other object's step: each of many optimizers moves the weights by its own rate."""
    model = oribi.Sequential([layers.Input((1,)), layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    model.compile(optimizers.SGD(0.0), "mse")
    x, y = np.ones((4, 1), "float32"), np.zeros((4, 1), "float32")
    for rate in np.linspace(0.01, 0.4, 40):
        model.optimizer = optimizers.SGD(float(rate))
        gc.collect()
        model.set_weights([np.ones((1, 1))])
        model.fit(x, y, verbose=0)
        assert model.get_weights()[0].item() == pytest.approx(1 - 2 * rate, rel=1e-5)
        assert int(model.optimizer.iterations) == 1


def test_predict_and_evaluate_see_changes_and_keep_their_steps():
    model = net()
    before = model.predict(X, verbose=0)
    model.own.factor = 2.0
    doubled = model.predict(X, verbose=0)
    assert not np.array_equal(before, doubled)
    model.own.factor = 1.0
    steps = model.__dict__["_steps"]
    programs = {id(step) for kept in steps._all.values() for step in kept.values()}
    np.testing.assert_array_equal(model.predict(X, verbose=0), before)
    assert {id(step) for kept in steps._all.values() for step in kept.values()} == programs


def test_a_model_that_sets_attributes_while_it_is_called_is_traced_once():
    traced = []

    class Noting(oribi.Model):
        def __init__(self):
            super().__init__()
            self.out, self.calls, self.last = layers.Dense(1), 0, None

        def call(self, inputs):
            self.calls += 1
            self.last = self.out(inputs)
            traced.append(self.calls)
            return self.last

    model = Noting()
    model.compile("sgd", "mse")
    for _ in range(4):
        model.train_on_batch(X, Y[:, :1])
    once = len(traced)
    for _ in range(4):
        model.train_on_batch(X, Y[:, :1])
    assert len(traced) == once


@pytest.mark.parametrize("name", [*SEEN_AT_ONCE, *SEEN_BY_THE_NEXT_FIT])
def test_a_change_is_seen_by_predict_and_by_one_batch(name):
    """Also one of a list, an array or an object of the user's own, which count no changes."""
    change = {**SEEN_AT_ONCE, **SEEN_BY_THE_NEXT_FIT}[name]
    ours, anew = net(), net()
    for model in (ours, anew):
        for _ in range(2):
            model.train_on_batch(X, Y)
            model.predict(X, verbose=0)
        change(model)
    anew.compile(anew.optimizer, anew.loss, metrics=["mse"])
    np.testing.assert_array_equal(ours.predict(X, verbose=0), anew.predict(X, verbose=0))
    assert ours.train_on_batch(X, Y) == anew.train_on_batch(X, Y)
    for one, other in zip(ours.get_weights(), anew.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_layers_taken_from_a_list_are_not_applied_any_more():
    class Blocks(oribi.Model):
        def __init__(self):
            super().__init__()
            self.blocks = [layers.Rescaling(2.0), layers.Rescaling(5.0)]

        def call(self, inputs):
            for block in self.blocks:
                inputs = block(inputs)
            return inputs

    model = Blocks()
    np.testing.assert_allclose(model.predict(X, verbose=0), 10 * X, rtol=1e-6)
    model.blocks.pop()
    np.testing.assert_allclose(model.predict(X, verbose=0), 2 * X, rtol=1e-6)


@pytest.mark.parametrize("use", ["fit", "evaluate", "predict", "train_on_batch", "test_on_batch"])
def test_a_model_that_nobody_changes_is_traced_once(monkeypatch, use):
    from oribi.training import step

    model, traced, trace = net(), [], step.traced
    monkeypatch.setattr(step, "traced", lambda *given: traced.append(given) or trace(*given))
    for _ in range(4):
        given = (X,) if use == "predict" else (X, Y)
        getattr(model, use)(*given, **({} if use.endswith("batch") else {"verbose": 0, "batch_size": 16}))
    assert len(traced) == 1


def test_the_steps_of_a_search_over_settings_do_not_pile_up():
    from oribi.training.steps import KEPT

    model = oribi.Sequential([layers.Input((5,)), layers.Dense(2)])
    model.compile(optimizers.SGD(0.1), "mse")
    for momentum in np.linspace(0.1, 0.9, KEPT + 4):
        model.optimizer.momentum = float(momentum)
        model.train_on_batch(X, Y)
    assert len(model.__dict__["_steps"]._all) == KEPT
