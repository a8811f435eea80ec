"""Labels as one-hot rows."""

from typing import Any

import numpy as np


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Integer classes as rows of zeros with a one.

    Args:
        x: integers in 0 ... num_classes - 1, of any shape; a last axis of size one is dropped.
        num_classes: how many classes there are; one more than the largest by default.

    Returns:
        float32 array of shape `(*x.shape, num_classes)`.

    Raises:
        ValueError: a class is negative or not below `num_classes`.

    >>> to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = np.asarray(x)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    whole = labels.astype("int64")
    count = num_classes or (int(whole.max()) + 1 if whole.size else 0)
    if whole.size and (whole.min() < 0 or whole.max() >= count):
        raise ValueError(f"to_categorical: classes run from {whole.min()} to {whole.max()}, expected 0 to {count - 1}")
    return (whole[..., None] == np.arange(count)).astype("float32")
