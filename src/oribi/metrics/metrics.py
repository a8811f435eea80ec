"""All metrics by name."""

from typing import Any

from oribi import losses
from oribi.config.names import lookup, table_of
from oribi.config.scopes import named_by_user
from oribi.config.serialization import resolve

from .accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
)
from .confusion import AUC, FalseNegatives, FalsePositives, Precision, Recall, TrueNegatives, TruePositives
from .metric import LossMetric, Mean, MeanMetricWrapper, Metric, Sum
from .regression import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    RootMeanSquaredError,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)

TABLE = {
    **table_of(
        AUC,
        Accuracy,
        BinaryAccuracy,
        BinaryCrossentropy,
        CategoricalAccuracy,
        CategoricalCrossentropy,
        CategoricalHinge,
        CosineSimilarity,
        FalseNegatives,
        FalsePositives,
        Hinge,
        KLDivergence,
        LogCoshError,
        Mean,
        MeanAbsoluteError,
        MeanAbsolutePercentageError,
        MeanSquaredError,
        MeanSquaredLogarithmicError,
        Poisson,
        Precision,
        Recall,
        RootMeanSquaredError,
        SparseCategoricalAccuracy,
        SparseCategoricalCrossentropy,
        SparseTopKCategoricalAccuracy,
        SquaredHinge,
        Sum,
        TopKCategoricalAccuracy,
        TrueNegatives,
        TruePositives,
    ),
    "bce": BinaryCrossentropy,
    "mse": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "msle": MeanSquaredLogarithmicError,
}


def get(identifier: Any) -> Any:
    """A metric for a name, a config, a class, a loss, or a function of (y_true, y_pred).

    Args:
        identifier: what to look up; an object stays as it is.
    """
    identifier = named_by_user(identifier)
    if isinstance(identifier, losses.Loss):
        return LossMetric(identifier)
    if isinstance(identifier, str) and identifier not in TABLE:
        try:
            return LossMetric(losses.get(identifier), identifier)
        except ValueError:
            lookup(identifier, TABLE, "metric")
    if isinstance(identifier, str):
        found = lookup(identifier, TABLE, "metric")
        return found(name=identifier)
    if callable(identifier) and not isinstance(identifier, Metric | type):
        return MeanMetricWrapper(identifier)
    return resolve(identifier, TABLE, "metric")


def resolve_for(identifier: Any, y_shape: tuple[int | None, ...], output_shape: tuple[int | None, ...]) -> Any:
    """A metric for a name, where `accuracy` and `crossentropy` mean what fits the true values and the output.

    As Keras does it: an output of one column is binary; true values of the output's shape are one-hot rows; else they
    are integer classes.

    Args:
        identifier: a name, or what `get` takes.
        y_shape: shape of the true values.
        output_shape: shape of the predictions.
    """
    if identifier in ("accuracy", "acc"):
        kind = _kind(y_shape, output_shape)
        choice = {"binary": BinaryAccuracy, "one_hot": CategoricalAccuracy, "sparse": SparseCategoricalAccuracy}
        return choice[kind](name=identifier)
    if identifier in ("crossentropy", "ce"):
        prefix = {"binary": "binary", "one_hot": "categorical", "sparse": "sparse_categorical"}
        return LossMetric(losses.get(f"{prefix[_kind(y_shape, output_shape)]}_crossentropy"), identifier)
    return get(identifier)


def _kind(y_shape: tuple[int | None, ...], output_shape: tuple[int | None, ...]) -> str:
    if output_shape[-1] == 1:
        return "binary"
    one_hot = len(y_shape) == len(output_shape) and y_shape[-1] == output_shape[-1]
    return "one_hot" if one_hot else "sparse"
