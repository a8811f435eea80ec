"""The rules of foreign primitives, by NumPy's LAPACK; what cannot be decomposed is NaN."""

from collections.abc import Callable
from typing import Any

import numpy as np

from oribi.graph.node import Node

Array = Any


def _one_by_one(function: Callable[..., Any], *operands: Array) -> list[Array]:
    """The results of a function on batches of matrices: NaN for those matrices of which it raises a LinAlgError."""
    lead = operands[0].shape[:-2]
    found: list[list[Array]] = []
    for place in np.ndindex(*lead):
        matrices = [o[place] for o in operands]
        try:
            values = function(*matrices)
        except np.linalg.LinAlgError:
            values = function(*(np.eye(*m.shape, dtype=m.dtype) for m in matrices))
            values = [np.full_like(v, np.nan) for v in (values if isinstance(values, tuple) else (values,))]
        found.append(list(values) if isinstance(values, tuple | list) else [values])
    return [np.stack(column).reshape(*lead, *column[0].shape) for column in zip(*found, strict=True)]


def _rule(function: Callable[..., Any]) -> Callable[..., tuple[Array, ...]]:
    def rule(node: Node, *operands: Array) -> tuple[Array, ...]:
        results = node.attributes["results"]
        if not all(np.prod(shape) for shape, _ in results):
            return tuple(np.zeros(shape, dtype) for shape, dtype in results)
        try:
            values = function(*operands)
        except np.linalg.LinAlgError:
            values = tuple(_one_by_one(function, *operands))
        return tuple(values) if isinstance(values, tuple) else (values,)

    return rule


RULES: dict[str, Callable[..., tuple[Array, ...]]] = {
    "solve": _rule(np.linalg.solve),
    "cholesky": _rule(np.linalg.cholesky),
    "eigh": _rule(lambda x: tuple(np.linalg.eigh(x))),
}
