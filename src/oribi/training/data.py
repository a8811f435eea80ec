"""What users pass as x, y and sample_weight, as arrays that a program can read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from oribi import nest
from oribi.graph import dtypes
from oribi.values import Tensor, Variable
from oribi.values.convert import read_without_end

Array = np.ndarray


@dataclass(frozen=True)
class Data:
    """Rows to train on, test on, or predict for.

    Attributes:
        x: inputs, one example a row; an array, or a list or dict of arrays for a model with several inputs.
        y: true values, likewise; None for prediction.
        weights: a weight for each example, likewise; None where all count alike.
    """

    x: Any
    y: Any = None
    weights: Any = None

    def __len__(self) -> int:
        return len(nest.flatten(self.x)[0])

    def parts(self) -> list[Any]:
        """Those of the three that are there."""
        return [part for part in (self.x, self.y, self.weights) if part is not None]

    def arrays(self) -> list[Array]:
        """All of their arrays."""
        return nest.flatten(self.parts())

    def rows(self, start: int, end: int) -> "Data":
        cut = [nest.mapped(lambda a: None if a is None else a[start:end], p) for p in (self.x, self.y, self.weights)]
        return Data(*cut)


def as_columns(value: Any, word: str) -> Any:
    """Checked arrays: one, or of a dict, or of a list of arrays, each an input or output of its own."""
    if isinstance(value, Mapping):
        return {str(key): as_rows(v, f"{word}[{key!r}]") for key, v in value.items()}
    if isinstance(value, tuple | list) and value and all(isinstance(v, np.ndarray | Tensor) and v.ndim for v in value):
        columns = [as_rows(v, f"{word}[{i}]") for i, v in enumerate(value)]
        return columns[0] if len(columns) == 1 else columns
    return as_rows(value, word)


def as_rows(value: Any, word: str) -> Array:
    """An array with a first axis, C-contiguous, of a dtype that can be computed with.

    Nothing is copied that is so already.

    Raises:
        TypeError: strings, objects, ragged lists.
        ValueError: a scalar.
    """
    _refuse_batches(value, word)
    try:
        array = value.numpy() if isinstance(value, Tensor | Variable) else np.asarray(value)
    except ValueError as error:
        raise TypeError(f"{word} is a {type(value).__name__} whose rows differ in length; pad them first") from error
    if array.dtype.kind in "USO":
        kind = "strings" if array.dtype.kind in "US" else "Python objects"
        raise TypeError(
            f"{word} holds {kind} (a {type(value).__name__} of dtype {array.dtype}); expected an array of numbers"
        )
    if array.ndim == 0:
        raise ValueError(f"{word} is a scalar; expected an array with one example a row")
    return np.ascontiguousarray(array.astype(_supported(array, word), copy=False))


def _refuse_batches(value: Any, word: str) -> None:
    """Raise a NotImplementedError for what gives batches rather than rows."""
    kind = type(value).__name__
    if hasattr(value, "__next__") or (hasattr(value, "__iter__") and not hasattr(value, "__len__")):
        raise NotImplementedError(f"{word} is a {kind}: generators are not supported yet. Pass arrays")
    endless = read_without_end(value)
    if endless is not None:
        raise NotImplementedError(
            f"{word} is a {kind} with items by number ({type(endless).__name__}): datasets are not supported yet. Pass arrays"
        )
    if isinstance(value, list) and value and all(isinstance(item, tuple) for item in value):
        parts = [part for part in value[0] if isinstance(part, np.ndarray | Tensor) and part.ndim]
        if parts:
            raise NotImplementedError(
                f"{word} is a list of batches, (x, y) each: they are not supported yet. Pass arrays of all rows"
            )


def _supported(array: Array, word: str) -> str:
    name = dtypes.name_of(array.dtype)
    if name in dtypes.ALL and array.dtype.isnative:
        return name
    replacement = {"float16": "float32", "longdouble": "float64", "float128": "float64", "uint64": "int64"}
    if array.dtype.newbyteorder("=").name in dtypes.ALL:
        return array.dtype.newbyteorder("=").name
    if name not in replacement:
        raise TypeError(f"{word} has dtype {name}; expected one of {', '.join(dtypes.ALL)}")
    return replacement[name]


def as_data(x: Any, y: Any = None, sample_weight: Any = None, word: str = "") -> Data:
    """Checked rows.

    Args:
        x, y, sample_weight: as given to `fit`.
        word: what messages begin with.

    Raises:
        ValueError: no rows, or lengths that differ.
    """
    inputs = as_columns(x, f"{word}x")
    first, *_ = columns = nest.flatten(inputs)
    if len(first) == 0:
        raise ValueError(f"{word}x has no rows (shape {first.shape}); expected at least one example")
    if y is None and sample_weight is not None:
        raise ValueError(
            f"{word}sample_weight is given and y is missing: what is weighted is a comparison with true values"
        )
    targets = None if y is None else as_columns(y, f"{word}y")
    weights = None if sample_weight is None else as_columns(sample_weight, f"{word}sample_weight")
    weights = nest.mapped(lambda w: None if w is None else w.astype("float32", copy=False), weights)
    for part_word, part in (("x", columns[1:]), ("y", targets), ("sample_weight", weights)):
        for other in nest.flatten(part):
            if other is not None and len(other) != len(first):
                raise ValueError(
                    f"{word}x has {len(first)} rows and {part_word} has {len(other)}; they must be as many"
                )
    return Data(inputs, targets, weights)


def with_class_weights(data: Data, class_weight: Mapping[int, float]) -> Data:
    """Each example weighted by its class, times its own weight.

    Raises:
        ValueError: the true values are not of one output, or no classes; a class is beyond those of one-hot rows.
    """
    y = data.y
    if not isinstance(y, np.ndarray):
        raise ValueError("class_weight is for models with one output; use sample_weight")
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


def classes_of(y: Array, output_shape: tuple[int, ...]) -> int:
    """How many classes there may be: those of one-hot rows or of the output; two or more where it has one column."""
    if y.ndim == 2 and y.shape[1] > 1:
        return int(y.shape[1])
    columns = output_shape[-1] if output_shape else 1
    return columns if columns > 1 else max(2, int(y.max()) + 1)


def check_classes(class_weight: Mapping[int, float], count: int) -> None:
    """Raise a ValueError for the weight of a class that there is not, of so many."""
    unknown = [label for label in class_weight if label >= count]
    if unknown:
        raise ValueError(f"class_weight names the classes {unknown}; there are {count}, 0 to {count - 1}")


def split(data: Data, share: float) -> tuple[Data, Data]:
    """The first rows to train on, and the last `share` of them to validate on.

    Raises:
        ValueError: either part would be empty.
    """
    at = int(len(data) * (1 - share))
    if at in (0, len(data)):
        raise ValueError(f"validation_split={share} of {len(data)} rows leaves one of the two parts empty")
    return data.rows(0, at), data.rows(at, len(data))
