"""Primitives that passes put into a graph and no user does, and a rule of the reference engine for each."""

import operator
from typing import Any

import numpy as np

from oribi.engines.reference.rules import Rule, scatter
from oribi.graph.elementwise import min as minimum
from oribi.graph.indexing import infer_scatter
from oribi.graph.kinds import Cost, Kind
from oribi.graph.node import GraphError, Node, Primitive, Shape, no_gradient


def _infer_windows(x: Node, *, sliding: tuple[tuple[int, int, int], ...], out: Shape) -> tuple[Shape, str]:
    for axis, (n, (window, stride, dilation)) in enumerate(zip(out, sliding, strict=True)):
        if (n - 1) * stride + (window - 1) * dilation >= x.shape[axis]:
            raise GraphError(f"windows reach beyond axis {axis} of {x!r}")
    return (*out[:-1], *(window for window, _, _ in sliding), out[-1]), x.dtype


# Its operand, copied into a buffer of its own in row-major order.
pack = Primitive("pack", lambda x: (x.shape, x.dtype), no_gradient, Kind.COPY, linear=True)
# The view of all places of a window: the places, but for the last axis's, then the taps, then the last axis's places.
# `sliding` is (taps, stride, dilation) for each axis, `out` how many places there are.
windows = Primitive("windows", _infer_windows, no_gradient, Kind.VIEW, Cost.FREE, linear=True)
# Like `scatter_add`, but duplicates combine by the minimum, or the last one wins; the second reads no row that it writes.
scatter_min = Primitive("scatter_min", infer_scatter, no_gradient, Kind.SCATTER, combine=minimum)
scatter_set = Primitive("scatter_set", infer_scatter, no_gradient, Kind.SCATTER)

TABLE = {p.name: p for p in (pack, windows, scatter_min, scatter_set)}


def _windows(node: Node, x: Any) -> Any:
    sliding = node.attributes["sliding"]
    places = [step * stride for step, (_, stride, _) in zip(x.strides, sliding, strict=True)]
    taps = [step * dilation for step, (_, _, dilation) in zip(x.strides, sliding, strict=True)]
    steps = (*places[:-1], *taps, places[-1])
    return np.array(np.lib.stride_tricks.as_strided(x, node.shape, steps, writeable=False))


# For the reference engine, which folds constants: name -> `rule(node, *operand values) -> value`.
RULES: dict[str, Rule] = {
    "pack": lambda node, x: np.array(x),
    "windows": _windows,
    "scatter_min": scatter(np.minimum.at),
    "scatter_set": scatter(operator.setitem),
}
