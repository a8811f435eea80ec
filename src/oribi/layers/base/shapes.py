"""Nests of shapes: lists, tuples and dicts whose leaves are shapes."""

from collections.abc import Mapping
from typing import Any

from oribi.values import KerasTensor

Shape = tuple[int | None, ...]


def as_tuples(shape: Any) -> Any:
    """A nest of shapes whose tuples became lists on their way through JSON."""
    if isinstance(shape, Mapping):
        return {key: as_tuples(value) for key, value in shape.items()}
    if any(isinstance(entry, list | tuple | Mapping) for entry in shape):
        return [as_tuples(entry) for entry in shape]
    return tuple(shape)


def as_symbols(shape: Any, dtype: str) -> Any:
    """Symbolic tensors of a nest of shapes."""
    if isinstance(shape, dict):
        return {key: as_symbols(s, dtype) for key, s in shape.items()}
    if isinstance(shape, list | tuple) and any(isinstance(s, list | tuple | dict) for s in shape):
        return [as_symbols(s, dtype) for s in shape]
    return KerasTensor(tuple(shape), dtype)


def shapes_of(inputs: Any) -> Any:
    """The shapes of a nest of tensors."""
    if isinstance(inputs, list | tuple):
        return [shapes_of(i) for i in inputs]
    if isinstance(inputs, dict):
        return {key: shapes_of(value) for key, value in inputs.items()}
    return tuple(inputs.shape)
