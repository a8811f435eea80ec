"""Every metric and loss beside Keras': over several batches, weights, thresholds and ranks."""

import numpy as np
import pytest

import oribi

RNG = np.random.default_rng(8)
SCORES = RNG.uniform(size=(40, 1)).astype("float32")
BITS = (RNG.uniform(size=(40, 1)) < 0.3 + 0.4 * SCORES).astype("float32")
MANY, MANY_BITS = RNG.uniform(size=(40, 4)).astype("float32"), RNG.integers(0, 2, (40, 4)).astype("float32")
ROWS = RNG.dirichlet(np.ones(4), 40).astype("float32")
CLASSES = RNG.integers(0, 4, 40)
ONE_HOT = np.eye(4, dtype="float32")[CLASSES]
REAL, POSITIVE = RNG.normal(size=(40, 3)).astype("float32"), RNG.uniform(0.1, 3, (40, 3)).astype("float32")
OTHER = RNG.normal(size=(40, 3)).astype("float32")
STEPS, STEPS_TRUE = RNG.normal(size=(8, 5, 3)).astype("float32"), RNG.normal(size=(8, 5, 3)).astype("float32")

METRICS = [
    *(
        (name, arguments, BITS, SCORES)
        for name in ("TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives", "Precision", "Recall")
        for arguments in ({}, {"thresholds": 0.3}, {"thresholds": [0.2, 0.5, 0.9]}, {"thresholds": 1.0})
    ),
    *(
        (name, arguments, ONE_HOT, ROWS)
        for name in ("Precision", "Recall")
        for arguments in (
            {"top_k": 2},
            {"class_id": 1},
            {"top_k": 3, "class_id": 2},
            {"class_id": 0, "thresholds": 0.2},
        )
    ),
    *(
        ("AUC", {"curve": curve, "summation_method": how, **more}, BITS, SCORES)
        for curve in ("ROC", "PR")
        for how in ("interpolation", "minoring", "majoring")
        for more in ({}, {"num_thresholds": 7}, {"thresholds": [0.1, 0.4, 0.45]})
    ),
    ("AUC", {"multi_label": True}, MANY_BITS, MANY),
    ("AUC", {"multi_label": True, "num_labels": 4, "label_weights": [1.0, 2.0, 0.0, 1.0]}, MANY_BITS, MANY),
    ("AUC", {"from_logits": True}, BITS, 4 * SCORES - 2),
    ("AUC", {}, MANY_BITS, MANY),
    ("AUC", {}, np.zeros((40, 1)), SCORES),
    *(("TopKCategoricalAccuracy", {"k": k}, ONE_HOT, ROWS) for k in (1, 2, 4)),
    *(("SparseTopKCategoricalAccuracy", {"k": k}, CLASSES, ROWS) for k in (1, 3)),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, CLASSES[:, None], ROWS),
    *(
        (name, {}, POSITIVE[::-1], POSITIVE)
        for name in ("MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "Poisson", "KLDivergence")
    ),
    *(
        (name, {}, y, p)
        for name in ("RootMeanSquaredError", "MeanSquaredError", "LogCoshError", "CosineSimilarity")
        for y, p in ((OTHER, REAL), (STEPS_TRUE, STEPS), (OTHER[:, 0], REAL[:, :1]))
    ),
    *((name, {}, y, REAL[:, :1]) for name in ("Hinge", "SquaredHinge") for y in (BITS, 2 * BITS - 1)),
    ("CategoricalHinge", {}, ONE_HOT, ROWS),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, BITS, REAL[:, :1]),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, ONE_HOT, ROWS),
    ("SparseCategoricalCrossentropy", {}, CLASSES, ROWS),
]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "arguments", "y", "p"), METRICS, ids=[f"{m[0]}-{n}" for n, m in enumerate(METRICS)])
def test_metrics_agree_over_batches(keras, name, arguments, y, p, weighted):
    weights = RNG.uniform(size=len(y)).astype("float32") if weighted else None
    theirs, ours = (getattr(library.metrics, name)(**arguments) for library in (keras, oribi))
    for metric in (theirs, ours):
        if arguments == {} or "name" not in arguments:
            metric.name = name
        for part in (slice(0, 15), slice(15, None)):
            metric.update_state(y[part], p[part], sample_weight=None if weights is None else weights[part])
    np.testing.assert_allclose(np.asarray(ours.result()), np.asarray(theirs.result()), rtol=2e-5, atol=1e-6)
    again = type(ours).from_config(ours.get_config())
    again.update_state(y, p, sample_weight=weights)
    np.testing.assert_allclose(np.asarray(again.result()), np.asarray(ours.result()), rtol=1e-5, atol=1e-6)
    ours.reset_state()
    assert not np.asarray(ours.result()).any()


LOSSES = [
    *(
        (name, {}, POSITIVE[::-1], POSITIVE)
        for name in ("MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "Poisson", "KLDivergence")
    ),
    *(
        (name, arguments, y, p)
        for name, arguments in (
            ("LogCosh", {}),
            ("CosineSimilarity", {}),
            ("CosineSimilarity", {"axis": 1}),
            ("Huber", {}),
            ("Huber", {"delta": 0.3}),
        )
        for y, p in ((OTHER, REAL), (STEPS_TRUE, STEPS))
    ),
    *((name, {}, y, REAL[:, :1]) for name in ("Hinge", "SquaredHinge") for y in (BITS, 2 * BITS - 1)),
    ("CategoricalHinge", {}, ONE_HOT, ROWS),
]


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "none"])
@pytest.mark.parametrize(("name", "arguments", "y", "p"), LOSSES, ids=[f"{m[0]}-{n}" for n, m in enumerate(LOSSES)])
def test_losses_agree(keras, name, arguments, y, p, reduction):
    weights = RNG.uniform(size=(len(y), *(1,) * (y.ndim - 2))).astype("float32")
    theirs, ours = (getattr(k.losses, name)(reduction=reduction, **arguments) for k in (keras, oribi))
    assert ours.name == theirs.name
    for given in (None, weights) if arguments.get("axis") != 1 else (None,):
        have, want = np.asarray(ours(y, p, given)), np.asarray(theirs(y, p, given))
        np.testing.assert_allclose(have, want, rtol=2e-5, atol=1e-6)
    again = type(ours).from_config(ours.get_config())
    np.testing.assert_array_equal(np.asarray(again(y, p)), np.asarray(ours(y, p)))


NAMES = """
mse mae mape msle MSE MAPE AUC auc Precision recall true_positives root_mean_squared_error cosine_similarity hinge
kl_divergence poisson bce binary_crossentropy logcosh_error log_cosh_error
"""


@pytest.mark.parametrize("name", NAMES.split())
def test_names_mean_what_they_mean_in_keras(keras, name):
    found = []
    for library in (keras, oribi):
        model = library.Sequential(
            [library.Input((3,)), library.layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")]
        )
        model.compile("sgd", "mse", metrics=[name])
        try:
            logs = model.evaluate(REAL, BITS, verbose=0, return_dict=True)
        except ValueError:
            logs = None
        found.append(logs)
    assert (found[0] is None) == (found[1] is None)
    if found[0] is not None:
        assert list(found[1]) == list(found[0])
        np.testing.assert_allclose(list(found[1].values()), list(found[0].values()), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["mape", "msle", "huber", "log_cosh", "hinge", "squared_hinge", "kld", "poisson", "cosine_similarity"]
)
def test_losses_train_by_name(keras, name):
    found = []
    for library in (keras, oribi):
        start = library.initializers.Constant(0.3)
        model = library.Sequential(
            [library.Input((3,)), library.layers.Dense(3, activation="softmax", kernel_initializer=start)]
        )
        model.compile(library.optimizers.SGD(0.1), name)
        found.append(model.fit(REAL, POSITIVE, epochs=3, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-4)


def test_precision_and_recall_in_a_fit(keras):
    found = []
    for library in (keras, oribi):
        model = library.Sequential(
            [library.Input((3,)), library.layers.Dense(1, activation="sigmoid", kernel_initializer="ones")]
        )
        watched = [getattr(library.metrics, kind)(name=kind) for kind in ("Precision", "Recall", "AUC")]
        model.compile(library.optimizers.SGD(0.1), "binary_crossentropy", metrics=watched)
        found.append(model.fit(REAL, BITS, epochs=3, batch_size=16, shuffle=False, verbose=0).history)
    assert set(found[0]) == set(found[1]) == {"loss", "Precision", "Recall", "AUC"}
    for name in found[0]:
        np.testing.assert_allclose(found[1][name], found[0][name], rtol=1e-4, err_msg=name)


@pytest.mark.parametrize(
    "wrong", [{"thresholds": 1.5}, {"thresholds": [-0.1]}, {"thresholds": "x"}, {"thresholds": []}], ids=str
)
def test_thresholds_lie_between_zero_and_one(wrong):
    with pytest.raises(ValueError, match="Precision: thresholds must be numbers between 0 and 1"):
        oribi.metrics.Precision(**wrong)


def test_a_crossentropy_is_the_mean_over_the_classes_that_count():
    metric = oribi.metrics.SparseCategoricalCrossentropy(ignore_class=1)
    metric.update_state(CLASSES, ROWS)
    counted = CLASSES != 1
    expected = -np.log(ROWS[counted, CLASSES[counted]]).mean()
    np.testing.assert_allclose(float(metric.result()), expected, rtol=1e-5)


def test_padding_is_no_decision():
    mask = np.array([[True, True, False]])
    scores = oribi.ops.convert_to_tensor([[0.9, 0.1, 0.9]])
    scores.mask = oribi.ops.convert_to_tensor(mask)
    metric = oribi.metrics.FalsePositives()
    metric.update_state([[0, 0, 0]], scores)
    assert float(metric.result()) == 1.0
