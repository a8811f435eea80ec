"""Layers, losses, metrics, optimizers, schedules and initializers against the installed Keras, over grids of arguments."""

import numpy as np
import pytest

import oribi

RNG = np.random.default_rng(5)


def close(have, want, tolerance=1e-5):
    np.testing.assert_allclose(np.asarray(have), np.asarray(want), rtol=tolerance, atol=tolerance)


LAYERS = [
    ("Dense", {"units": 3}, (4, 5)),
    ("Dense", {"units": 7, "activation": "relu", "use_bias": False}, (2, 3, 5)),
    ("Dense", {"units": 2, "activation": "softmax"}, (1, 1)),
    ("Dense", {"units": 4, "activation": "tanh"}, (3, 2, 2, 5)),
    ("Flatten", {}, (2, 3, 4)),
    ("Flatten", {}, (5,)),
    ("Flatten", {"data_format": "channels_first"}, (2, 3, 4, 5)),
    ("Reshape", {"target_shape": (4, 3)}, (2, 3, 4)),
    ("Reshape", {"target_shape": (-1, 2)}, (2, 3, 4)),
    ("Rescaling", {"scale": 1 / 255, "offset": -0.5}, (2, 3)),
    ("ReLU", {}, (3, 4)),
    ("ReLU", {"max_value": 0.5, "negative_slope": 0.1, "threshold": 0.2}, (3, 4)),
    ("Softmax", {}, (3, 4)),
    ("Softmax", {"axis": 1}, (2, 3, 4)),
    ("Dropout", {"rate": 0.5}, (3, 4)),
    *(
        ("Activation", {"activation": name}, (3, 7))
        for name in (
            "relu",
            "gelu",
            "silu",
            "elu",
            "selu",
            "sigmoid",
            "tanh",
            "softplus",
            "softsign",
            "linear",
            "relu6",
        )
    ),
    *(
        ("Activation", {"activation": name}, (3, 7))
        for name in ("hard_sigmoid", "leaky_relu", "log_softmax", "softmax", "exponential", "log_sigmoid")
    ),
]


@pytest.mark.parametrize(("name", "arguments", "shape"), LAYERS, ids=lambda v: str(v).replace(" ", ""))
def test_layers_compute_what_keras_computes(keras, name, arguments, shape):
    x = RNG.normal(size=shape).astype("float32")
    theirs, ours = getattr(keras.layers, name)(**arguments), getattr(oribi.layers, name)(**arguments)
    want = theirs(x)
    ours(x)
    ours.set_weights([np.asarray(w) for w in theirs.get_weights()])
    have = ours(x)
    assert tuple(have.shape) == tuple(want.shape)
    close(have, want)
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert ours.compute_output_shape((None, *shape[1:])) == theirs.compute_output_shape((None, *shape[1:]))
    again = type(ours).from_config(ours.get_config())
    again(x)
    again.set_weights(ours.get_weights())
    close(again(x), have)


PROBABILITIES = RNG.dirichlet(np.ones(5), 6).astype("float32")
LOGITS = RNG.normal(size=(6, 5)).astype("float32") * 4
CLASSES = RNG.integers(0, 5, 6)
ONE_HOT = np.eye(5, dtype="float32")[CLASSES]
BITS = RNG.integers(0, 2, (6, 5)).astype("float32")
LOSSES = [
    ("MeanSquaredError", {}, BITS, LOGITS),
    ("MeanAbsoluteError", {}, BITS, LOGITS),
    ("BinaryCrossentropy", {}, BITS, PROBABILITIES),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, BITS, LOGITS),
    ("CategoricalCrossentropy", {}, ONE_HOT, PROBABILITIES),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, ONE_HOT, LOGITS),
    ("SparseCategoricalCrossentropy", {}, CLASSES, PROBABILITIES),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, CLASSES, LOGITS),
    ("SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": 2}, CLASSES[:, None], LOGITS),
]


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "none", "mean_with_sample_weight"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "arguments", "y", "p"), LOSSES, ids=lambda v: v if isinstance(v, str) else "")
def test_losses_agree(keras, name, arguments, y, p, weighted, reduction):
    weights = RNG.uniform(size=6).astype("float32") if weighted else None
    theirs = getattr(keras.losses, name)(reduction=reduction, **arguments)
    ours = getattr(oribi.losses, name)(reduction=reduction, **arguments)
    close(ours(y, p, weights), theirs(y, p, weights), 2e-5)


METRICS = [
    ("SparseCategoricalAccuracy", CLASSES, LOGITS),
    ("SparseCategoricalAccuracy", CLASSES[:, None], LOGITS),
    ("CategoricalAccuracy", ONE_HOT, LOGITS),
    ("BinaryAccuracy", BITS, PROBABILITIES),
    ("Accuracy", CLASSES, np.array([0, 1, 2, 3, 4, 0])),
    ("MeanSquaredError", BITS, LOGITS),
    ("MeanAbsoluteError", BITS, LOGITS),
]


@pytest.mark.parametrize(("name", "y", "p"), METRICS, ids=lambda v: v if isinstance(v, str) else "")
def test_metrics_agree_over_several_batches(keras, name, y, p):
    theirs, ours = getattr(keras.metrics, name)(), getattr(oribi.metrics, name)()
    assert ours.name == theirs.name
    for weights in (None, RNG.uniform(size=6).astype("float32")):
        for metric in (theirs, ours):
            metric.update_state(y, p, sample_weight=weights)
        close(ours.result(), theirs.result())
    ours.reset_state()
    assert float(ours.result()) == 0


OPTIMIZERS = [
    ("SGD", {"learning_rate": 0.1}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.5, "centered": True, "rho": 0.8}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True, "learning_rate": 0.01, "epsilon": 1e-3}),
    ("Adam", {"clipnorm": 0.5}),
    ("Adam", {"clipvalue": 0.1}),
    ("Adam", {"global_clipnorm": 0.7}),
    ("AdamW", {"learning_rate": 0.05}),
]


@pytest.mark.parametrize(("name", "arguments"), OPTIMIZERS, ids=lambda v: str(v).replace(" ", ""))
def test_optimizers_take_the_same_steps(keras, name, arguments):
    start = [RNG.normal(size=(3, 4)).astype("float32"), RNG.normal(size=4).astype("float32")]
    theirs, ours = getattr(keras.optimizers, name)(**arguments), getattr(oribi.optimizers, name)(**arguments)
    their_variables = [keras.Variable(s) for s in start]
    our_variables = [oribi.Variable(s) for s in start]
    for _ in range(4):
        gradients = [RNG.normal(size=s.shape).astype("float32") for s in start]
        theirs.apply([keras.ops.convert_to_tensor(g) for g in gradients], their_variables)
        ours.apply(gradients, our_variables)
    for a, b in zip(our_variables, their_variables, strict=True):
        close(a, b, 2e-5)
    assert int(ours.iterations) == 4
    config = type(ours).from_config(ours.get_config()).get_config()
    assert config == ours.get_config()


SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.5, "decay_steps": 7, "decay_rate": 0.3}),
    ("ExponentialDecay", {"initial_learning_rate": 0.5, "decay_steps": 7, "decay_rate": 0.3, "staircase": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.5, "decay_steps": 7, "decay_rate": 0.3}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 9], "values": [1.0, 0.5, 0.1]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.5, "decay_steps": 10, "power": 2.0}),
    ("PolynomialDecay", {"initial_learning_rate": 0.5, "decay_steps": 4, "cycle": True}),
    ("CosineDecay", {"initial_learning_rate": 0.5, "decay_steps": 10, "alpha": 0.1}),
    ("CosineDecay", {"initial_learning_rate": 0.0, "decay_steps": 8, "warmup_target": 0.4, "warmup_steps": 5}),
]


@pytest.mark.parametrize(("name", "arguments"), SCHEDULES, ids=lambda v: str(v).replace(" ", ""))
def test_schedules_agree(keras, name, arguments):
    theirs = getattr(keras.optimizers.schedules, name)(**arguments)
    ours = getattr(oribi.optimizers.schedules, name)(**arguments)
    for step in (0, 1, 3, 4, 9, 10, 25):
        close(ours(step), theirs(step))


OPS = [
    ("logsumexp", (3, 4), {"axis": 1}),
    ("var", (3, 4), {"axis": 0}),
    ("std", (3, 4), {}),
    ("transpose", (2, 3, 4), {"axes": (2, 0, 1)}),
    ("squeeze", (2, 1, 3), {}),
    ("repeat", (2, 3), {"repeats": 2, "axis": 1}),
    ("flip", (2, 3), {"axis": 1}),
    ("pad", (2, 3), {"pad_width": ((1, 2), (0, 1)), "constant_values": 3.0}),
    ("argmax", (3, 4), {"axis": -1}),
    ("prod", (3, 4), {"axis": 1, "keepdims": True}),
    ("floor", (3, 4), {}),
    ("round", (3, 4), {"decimals": 1}),
]


@pytest.mark.parametrize(("name", "shape", "arguments"), OPS, ids=lambda v: str(v).replace(" ", ""))
def test_ops_agree(keras, name, shape, arguments):
    x = RNG.normal(size=shape).astype("float32")
    have, want = getattr(oribi.ops, name)(x, **arguments), getattr(keras.ops, name)(x, **arguments)
    assert have.dtype == keras.backend.standardize_dtype(want.dtype).replace("int64", "int32")
    close(have, want)


@pytest.mark.parametrize("a", ["int32", "uint8", "float32", "bool", "float64"])
@pytest.mark.parametrize("b", ["int32", "int8", "float32"])
@pytest.mark.parametrize("name", ["add", "multiply", "divide", "floor_divide", "mod", "maximum", "power", "less"])
def test_binary_ops_agree_in_dtype_and_value(keras, name, a, b):
    x, y = np.array([[3, 7, 2]]).astype(a), np.array([[2], [5]]).astype(b)
    have, want = getattr(oribi.ops, name)(x, y), np.asarray(getattr(keras.ops, name)(x, y))
    assert have.dtype == want.dtype.name
    np.testing.assert_allclose(have.numpy(), want, rtol=1e-6)
