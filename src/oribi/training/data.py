"""What users pass as x, y and sample_weight, as arrays that a program can read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from oribi.graph import dtypes
from oribi.tensor import Tensor, Variable

Array = np.ndarray


@dataclass(frozen=True)
class Data:
    """Rows to train on, test on, or predict for.

    Attributes:
        x: inputs, one example a row.
        y: true values; None for prediction.
        weights: a weight for each example; None where all count alike.
    """

    x: Array
    y: Array | None = None
    weights: Array | None = None

    def __len__(self) -> int:
        return len(self.x)

    def arrays(self) -> list[Array]:
        """Those of the three that are there."""
        return [a for a in (self.x, self.y, self.weights) if a is not None]

    def rows(self, start: int, end: int) -> "Data":
        part = [None if a is None else a[start:end] for a in (self.x, self.y, self.weights)]
        return Data(*part)  # type: ignore[arg-type]


def as_rows(value: Any, word: str) -> Array:
    """An array with a first axis, C-contiguous, of a dtype that can be computed with.

    Nothing is copied that is so already.

    Raises:
        TypeError: strings, objects, ragged lists.
        ValueError: a scalar.
    """
    if isinstance(value, Mapping):
        raise NotImplementedError(f"{word} is a dict: models with several inputs are not there yet; pass one array")
    if isinstance(value, tuple | list) and value and isinstance(value[0], np.ndarray | Tensor) and _several(value):
        raise NotImplementedError(f"{word} is a list of arrays: models with several inputs are not there yet")
    if hasattr(value, "__next__") or (hasattr(value, "__iter__") and not hasattr(value, "__len__")):
        raise NotImplementedError(f"{word} is a {type(value).__name__}: generators are not there yet; pass arrays")
    try:
        array = value.numpy() if isinstance(value, Tensor | Variable) else np.asarray(value)
    except ValueError as error:
        raise TypeError(f"{word} is a {type(value).__name__} whose rows differ in length; pad them first") from error
    if array.dtype.kind in "USO":
        kind = "strings" if array.dtype.kind in "US" else "Python objects"
        raise TypeError(f"{word} holds {kind} (dtype {array.dtype}); expected an array of numbers")
    if array.ndim == 0:
        raise ValueError(f"{word} is a scalar; expected an array with one example a row")
    return np.ascontiguousarray(array.astype(_supported(array, word), copy=False))


def _several(values: Any) -> bool:
    return len({np.shape(v) for v in values}) > 1


def _supported(array: Array, word: str) -> str:
    name = array.dtype.name
    if name in dtypes.ALL and array.dtype.isnative:
        return name
    replacement = {"float16": "float32", "longdouble": "float64", "float128": "float64", "uint64": "int64"}
    if array.dtype.newbyteorder("=").name in dtypes.ALL:
        return array.dtype.newbyteorder("=").name
    if name not in replacement:
        raise TypeError(f"{word} has dtype {name}; expected one of {', '.join(dtypes.ALL)}")
    return replacement[name]


def as_data(x: Any, y: Any = None, sample_weight: Any = None) -> Data:
    """Checked rows.

    Raises:
        ValueError: no rows, or lengths that differ.
    """
    rows = as_rows(x, "x")
    if len(rows) == 0:
        raise ValueError(f"x has no rows (shape {rows.shape}); expected at least one example")
    if y is None:
        raise ValueError("y is missing: training and evaluation need true values beside x")
    targets = as_rows(y, "y")
    weights = None if sample_weight is None else as_rows(sample_weight, "sample_weight").astype("float32", copy=False)
    for word, other in (("y", targets), ("sample_weight", weights)):
        if other is not None and len(other) != len(rows):
            raise ValueError(f"x has {len(rows)} rows and {word} has {len(other)}; they must be as many")
    return Data(rows, targets, weights)


def with_class_weights(data: Data, class_weight: Mapping[int, float]) -> Data:
    """Each example weighted by its class, times its own weight."""
    y = data.y
    assert y is not None
    if y.ndim == 2 and y.shape[1] > 1:
        classes = y.argmax(1)
    elif y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
        classes = y.reshape(-1).astype("int64")
    else:
        raise ValueError(f"class_weight needs classes or one-hot rows, y has shape {y.shape}")
    weights = np.ones(len(y), "float32")
    for label, weight in class_weight.items():
        weights[classes == int(label)] = weight
    if data.weights is not None:
        weights = weights * data.weights.reshape(len(y), -1)[:, 0]
    return replace(data, weights=weights)


def split(data: Data, share: float) -> tuple[Data, Data]:
    """The first rows to train on, and the last `share` of them to validate on.

    Raises:
        ValueError: either part would be empty.
    """
    if not 0 < share < 1:
        raise ValueError(f"validation_split must be between 0 and 1, got {share}")
    at = int(len(data) * (1 - share))
    if at in (0, len(data)):
        raise ValueError(f"validation_split={share} of {len(data)} rows leaves one of the two parts empty")
    return data.rows(0, at), data.rows(at, len(data))
