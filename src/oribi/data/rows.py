"""What users pass as x, y and sample_weight, as arrays that a program can read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from oribi import nest
from oribi.graph import dtypes
from oribi.values import Tensor, Variable
from oribi.values.convert import read_without_end

Array = np.ndarray


@dataclass(frozen=True)
class Rows:
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
        return len(self.arrays[0])

    def parts(self) -> list[Any]:
        """Those of the three that are there."""
        return [part for part in (self.x, self.y, self.weights) if part is not None]

    @cached_property
    def arrays(self) -> list[Array]:
        """All of their arrays."""
        return nest.flatten(self.parts())

    @cached_property
    def columns(self) -> tuple[tuple[tuple[int, ...], str], ...]:
        """Shape, without the first axis, and dtype of each array."""
        return tuple((a.shape[1:], dtypes.name_of(a.dtype)) for a in self.arrays)

    @cached_property
    def structures(self) -> tuple[nest.Structure, ...]:
        """How the parts are nested."""
        return tuple(map(nest.structure, self.parts()))

    def mapped(self, function: Callable[[Array], Array]) -> "Rows":
        """With a function applied to each array."""
        parts = (self.x, self.y, self.weights)
        return Rows(*(nest.mapped(lambda a: None if a is None else function(a), part) for part in parts))

    def cut(self, start: int, end: int) -> "Rows":
        """The rows from `start` up to `end`."""
        return self.mapped(lambda a: a[start:end])


def as_columns(value: Any, word: str) -> Any:
    """Checked arrays: one, or of a dict, or of a list of arrays, each an input or output of its own."""
    if isinstance(value, Mapping):
        return {str(key): as_column(v, f"{word}[{key!r}]") for key, v in value.items()}
    if isinstance(value, tuple | list) and value and all(isinstance(v, np.ndarray | Tensor) and v.ndim for v in value):
        columns = [as_column(v, f"{word}[{i}]") for i, v in enumerate(value)]
        return columns[0] if len(columns) == 1 else columns
    return as_column(value, word)


def as_column(value: Any, word: str) -> Array:
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
    """Raise a TypeError for what gives batches, or items by number, rather than rows."""
    kind = type(value).__name__
    if hasattr(value, "__next__") or (hasattr(value, "__iter__") and not hasattr(value, "__len__")):
        raise TypeError(
            f"{word} is a {kind}, which is no array. What gives batches, (x, y) each, is passed as x alone, without y"
        )
    endless = read_without_end(value)
    if endless is not None:
        raise TypeError(
            f"{word} is a {kind} with items by number ({type(endless).__name__}). Derive it from oribi.utils.PyDataset if an item "
            "is a batch; otherwise make arrays of its items, or a loader of batches"
        )
    of_tuples = isinstance(value, list) and value and all(isinstance(item, tuple) for item in value)
    if of_tuples and any(isinstance(part, np.ndarray | Tensor) and part.ndim for part in value[0]):
        raise TypeError(
            f"{word} is a list of batches, (x, y) each. Pass iter({word.rpartition(' ')[2]}), or arrays of all rows"
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


def as_rows(x: Any, y: Any = None, sample_weight: Any = None, word: str = "") -> Rows:
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
    return Rows(inputs, targets, weights)


def with_class_weights(rows: Rows, class_weight: Mapping[int, float]) -> Rows:
    """Each example weighted by its class, times its own weight.

    Raises:
        ValueError: the true values are not of one output, or no classes; a class is beyond those of one-hot rows.
    """
    y = rows.y
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
    if rows.weights is not None:
        weights = weights * rows.weights.reshape(len(y), -1)[:, 0]
    return replace(rows, weights=weights)


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
