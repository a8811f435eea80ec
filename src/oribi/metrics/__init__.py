"""Metrics, under the names of `keras.metrics`: variables that batches are added to, and a result.

In:   true values and predictions, batch by batch.
Out:  one number over all of them.
Must not know: models, engines.
"""

from .metrics import (
    TABLE,
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    LossMetric,
    Mean,
    MeanAbsoluteError,
    MeanMetricWrapper,
    MeanSquaredError,
    Metric,
    SparseCategoricalAccuracy,
    get,
    resolve_for,
)

__all__ = [
    "TABLE",
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "LossMetric",
    "Mean",
    "MeanAbsoluteError",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "Metric",
    "SparseCategoricalAccuracy",
    "get",
    "resolve_for",
]
