"""Layers that take several inputs and give one: sums, products, extrema, concatenation."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from oribi import ops

from .layer import Layer


class _Merge(Layer):
    """Inputs combined pairwise, broadcast as NumPy does; an input of lower rank gets axes behind its batch axis."""

    combine: Callable[[Any, Any], Any]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.built = True

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        masks = [m for m in previous or () if m is not None]
        return functools.reduce(ops.logical_and, masks) if masks else None

    def check_input(self, inputs: Any) -> None:
        if not isinstance(inputs, list | tuple) or len(inputs) < 1:
            raise ValueError(f"{self.describe()}: expected a list of inputs, got one {type(inputs).__name__}")

    def call(self, inputs: Any) -> Any:
        rank = max(x.ndim for x in inputs)
        first, *others = [ops.reshape(x, (x.shape[0], *(1,) * (rank - x.ndim), *x.shape[1:])) for x in inputs]
        for other in others:
            first = type(self).combine(first, other)
        return first


class Add(_Merge):
    """The sum of all inputs.

    >>> Add()([ops.ones((2, 3)), ops.ones((2, 3))]).numpy().tolist()
    [[2.0, 2.0, 2.0], [2.0, 2.0, 2.0]]
    """

    combine = staticmethod(ops.add)


class Subtract(_Merge):
    """The first of two inputs less the second."""

    combine = staticmethod(ops.subtract)

    def check_input(self, inputs: Any) -> None:
        super().check_input(inputs)
        if len(inputs) != 2:
            raise ValueError(f"{self.describe()}: expected exactly 2 inputs, got {len(inputs)}")


class Multiply(_Merge):
    """The product of all inputs, element by element."""

    combine = staticmethod(ops.multiply)


class Average(_Merge):
    """The mean of all inputs, element by element."""

    combine = staticmethod(ops.add)

    def call(self, inputs: Any) -> Any:
        return ops.divide(super().call(inputs), len(inputs))


class Maximum(_Merge):
    """The largest of all inputs, element by element."""

    combine = staticmethod(ops.maximum)


class Minimum(_Merge):
    """The smallest of all inputs, element by element."""

    combine = staticmethod(ops.minimum)


class Concatenate(_Merge):
    """Inputs joined along an axis.

    >>> Concatenate()([ops.ones((2, 3)), ops.ones((2, 4))]).shape
    (2, 7)
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        shapes = [tuple(x.shape) for x in inputs]
        rank = len(shapes[0])
        axis = self.axis % rank if rank else 0
        if any(len(s) != rank or s[:axis] + s[axis + 1 :] != shapes[0][:axis] + shapes[0][axis + 1 :] for s in shapes):
            raise ValueError(
                f"{self.describe()}: inputs must agree in all axes but axis {self.axis}, got shapes {shapes}"
            )
        return ops.concatenate(inputs, self.axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class Dot(_Merge):
    """The product of two batches of tensors, summed over an axis of each.

    Args:
        axes: the axis of both, or a pair; not the batch axis.
        normalize: bring vectors along the axis to length one first: the cosine of their angle.

    >>> Dot(axes=1)([ops.ones((2, 3)), ops.ones((2, 3))]).numpy().tolist()
    [[3.0], [3.0]]
    """

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axes = axes if isinstance(axes, int) else list(axes)
        self.normalize = normalize

    def call(self, inputs: Any) -> Any:
        x, y = inputs
        left, right = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        left, right = left % x.ndim, right % y.ndim
        if x.shape[left] != y.shape[right]:
            raise ValueError(
                f"{self.describe()}: axes {left} and {right} differ in size, got shapes {x.shape} and {y.shape}"
            )
        if self.normalize:
            x, y = (
                ops.multiply(v, ops.rsqrt(ops.maximum(ops.sum(ops.square(v), a, keepdims=True), 1e-12)))
                for v, a in ((x, left), (y, right))
            )
        a, b = ops.moveaxis(x, left, -1), ops.moveaxis(y, right, 1)
        rows, columns = a.shape[1:-1], b.shape[2:]
        flat = ops.matmul(ops.reshape(a, (a.shape[0], -1, a.shape[-1])), ops.reshape(b, (*b.shape[:2], -1)))
        return ops.reshape(flat, (a.shape[0], *(rows + columns or (1,))))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}
