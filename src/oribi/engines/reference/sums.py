"""Long sums of floats that keep their digits: NumPy adds pairwise along contiguous memory, and one after the other elsewhere.

What is added to a much larger sum loses its last digits. So a long sum is one of sums of `RUN` numbers each; and where these are
many, it is one of sums of those.
"""

import math
from collections.abc import Iterable
from functools import reduce
from itertools import islice
from typing import Any

import numpy as np

Array = Any

RUN = 16  # numbers that are added one after the other
SHORT = 64  # numbers a result up to which a sum is left to NumPy
SHALLOW = 2**11  # steps that BLAS may add in a product with a vector
DEEP = 2**14  # and in one of matrices


def _is_float(x: Array) -> bool:
    """Whether sums of an array round."""
    return bool(x.dtype.kind == "f")


def add_reduce(x: Array, axes: tuple[int, ...]) -> Array:
    """The sum over axes."""
    if not _is_float(x) or _is_pairwise(x, axes) or math.prod(x.shape[a] for a in axes) <= SHORT:
        return np.asarray(np.add.reduce(x, axis=axes, dtype=x.dtype))
    kept = [n for a, n in enumerate(x.shape) if a not in axes]
    for axis in sorted(axes, key=x.shape.__getitem__, reverse=True):
        while x.shape[axis] > RUN:
            x = _in_runs(x, axis)
        x = np.add.reduce(x, axis=axis, keepdims=True)
    return x.reshape(kept)


def _is_pairwise(x: Array, axes: tuple[int, ...]) -> bool:
    """Whether NumPy adds pairwise."""
    return x.flags.c_contiguous and axes == tuple(range(x.ndim - len(axes), x.ndim))


def _in_runs(x: Array, axis: int) -> Array:
    """An axis' sums of every so many-th element, `RUN` of them each: whole rows of memory are added."""
    x = np.moveaxis(x, axis, 0)
    parts, rest = divmod(len(x), RUN)
    whole = x[: parts * RUN]
    sums = np.add.reduce(whole.reshape(RUN, parts, *x.shape[1:]), axis=0)
    if rest:
        sums = np.concatenate([sums, np.add.reduce(x[parts * RUN :], axis=0, keepdims=True)])
    return np.moveaxis(sums, 0, axis)


def add_accumulate(x: Array, axis: int, dtype: str) -> Array:
    """The running sum along an axis: in runs, each on top of the running sum of the runs before it."""
    if x.shape[axis] <= SHORT or not _is_float(x):
        return np.add.accumulate(x, axis=axis, dtype=dtype)
    x = np.moveaxis(x, axis, 0)
    parts, shape = len(x) // SHORT, x.shape[1:]
    inside = np.add.accumulate(x[: parts * SHORT].reshape(parts, SHORT, *shape), axis=1)
    ends = add_accumulate(inside[:, -1], 0, dtype)
    inside[1:] += ends[:-1, np.newaxis]
    rest = np.add.accumulate(x[parts * SHORT :], axis=0) + ends[-1]
    return np.moveaxis(np.concatenate([inside.reshape(parts * SHORT, *shape), rest]), 0, axis)


def add_at(array: Array, at: Array, rows: Array) -> None:
    """Add rows where `at` says; those that go to one place first in runs, then the sums of these."""
    while _is_float(array) and at.size > SHORT and np.bincount(at).max() > SHORT:
        order = np.argsort(at, kind="stable")
        at, rows = at[order], rows[order]
        begins = (np.arange(at.size) - np.searchsorted(at, at)) % RUN == 0
        at, rows = at[begins], np.add.reduceat(rows, np.flatnonzero(begins), axis=0)
    np.add.at(array, at, rows)


def total(parts: Iterable[Array]) -> Array:
    """The sum of arrays of which there is at least one: runs of them, which are then added pairwise."""
    remaining = iter(parts)
    waiting: list[tuple[int, Array]] = []
    for first in remaining:
        present, height = np.array(first), 0
        for part in islice(remaining, RUN - 1):
            present += part
        while waiting and waiting[-1][0] == height:
            present, height = waiting.pop()[1] + present, height + 1
        waiting.append((height, present))
    return reduce(np.add, (present for _, present in reversed(waiting)))


def matmul(left: Array, right: Array) -> Array:
    """The product of matrices; a deep one in blocks of its depth."""
    depth = left.shape[-1]
    block = SHALLOW if left.shape[-2] == 1 or right.shape[-1] == 1 else DEEP
    if depth <= block or not _is_float(left):
        return left @ right
    parts = (slice(start, start + block) for start in range(0, depth, block))
    return total(left[..., part] @ right[..., part, :] for part in parts)
