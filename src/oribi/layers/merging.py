"""Layers that take several inputs and give one: sums, products, extrema, concatenation."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from oribi import ops
from oribi.utils import checked

from .base.layer import Layer


class _Merge(Layer):
    """Inputs combined pairwise, broadcast as NumPy does; an input of lower rank gets axes behind its batch axis."""

    combine: Callable[[Any, Any], Any]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        """A step is there where any input has it; an input without a mask has all, and no mask is needed."""
        if previous is None or any(mask is None for mask in previous):
            return None
        return functools.reduce(ops.logical_or, previous)

    def check_input(self, inputs: Any) -> None:
        if not isinstance(inputs, list | tuple) or len(inputs) < 1:
            raise ValueError(f"{self.describe()}: expected a list of inputs, got one {type(inputs).__name__}")

    def call(self, inputs: Any) -> Any:
        rank = max(x.ndim for x in inputs)
        first, *others = [ops.reshape(x, (x.shape[0], *(1,) * (rank - x.ndim), *x.shape[1:])) for x in inputs]
        for other in others:
            first = type(self).combine(first, other)
        return first


def _like(mask: Any, x: Any) -> Any:
    """A mask of leading axes, with as many axes as `x` has."""
    return ops.reshape(mask, (*mask.shape, *(1,) * (x.ndim - mask.ndim)))


class Add(_Merge):
    """The sum of all inputs.

    Input shape: a list of shapes that meet as NumPy's do. Output shape: what they make together.

    >>> Add()([ops.ones((2, 3)), ops.ones((2, 3))]).numpy().tolist()
    [[2.0, 2.0, 2.0], [2.0, 2.0, 2.0]]
    """

    combine = staticmethod(ops.add)


class Subtract(_Merge):
    """The first of two inputs less the second.

    Input shape: two shapes that meet as NumPy's do. Output shape: what they make together.

    Raises:
        ValueError: more or fewer inputs than two.
    """

    combine = staticmethod(ops.subtract)

    def check_input(self, inputs: Any) -> None:
        super().check_input(inputs)
        if len(inputs) != 2:
            raise ValueError(f"{self.describe()}: expected exactly 2 inputs, got {len(inputs)}")


class Multiply(_Merge):
    """The product of all inputs, element by element; of those that their masks say are there.

    Input shape: a list of shapes that meet as NumPy's do. Output shape: what they make together.
    """

    combine = staticmethod(ops.multiply)

    def call(self, inputs: Any, mask: Any = None) -> Any:
        masks = [None if m is None else _like(m, x) for m, x in zip(mask or [None] * len(inputs), inputs, strict=True)]
        ones = [x if m is None else ops.where(m, x, ops.ones_like(x)) for m, x in zip(masks, inputs, strict=True)]
        product = super().call(ones)
        if any(m is None for m in masks):
            return product
        return ops.where(functools.reduce(ops.logical_or, masks), product, ops.zeros_like(product))


class Average(_Merge):
    """The mean of all inputs, element by element.

    Input shape: a list of shapes that meet as NumPy's do. Output shape: what they make together.
    """

    combine = staticmethod(ops.add)

    def call(self, inputs: Any) -> Any:
        return ops.divide(super().call(inputs), len(inputs))


class _Extremum(_Merge):
    def call(self, inputs: Any, mask: Any = None) -> Any:
        masks = mask or [None] * len(inputs)
        output, output_mask = inputs[0], None if masks[0] is None else _like(masks[0], inputs[0])
        for x, given in zip(inputs[1:], masks[1:], strict=True):
            there = None if given is None else _like(given, x)
            x = x if there is None else ops.where(there, x, output)
            output = output if output_mask is None else ops.where(output_mask, output, x)
            both = there is not None and output_mask is not None
            output_mask = ops.logical_or(output_mask, there) if both else None
            output = super().call([output, x])
        return output


class Maximum(_Extremum):
    """The largest of all inputs, element by element; of those that their masks say are there.

    Input shape: a list of shapes that meet as NumPy's do. Output shape: what they make together.
    """

    combine = staticmethod(ops.maximum)


class Minimum(_Extremum):
    """The smallest of all inputs, element by element; of those that their masks say are there.

    Input shape: a list of shapes that meet as NumPy's do. Output shape: what they make together.
    """

    combine = staticmethod(ops.minimum)


class Concatenate(_Merge):
    """Inputs joined along an axis.

    Input shape: a list of shapes that differ along `axis` alone. Output shape: the same, with the sum of their sizes along
    it.

    Raises:
        ValueError: inputs that differ along another axis.

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

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        """The masks joined as the inputs are; an input without one has all steps."""
        known = [mask for mask in previous or () if mask is not None]
        if not known:
            return None
        masks = [
            ops.ones(x.shape, "bool") if mask is None else ops.broadcast_to(_like(mask, x), x.shape)
            for mask, x in zip(previous, inputs, strict=True)
        ]
        features = tuple(range(min(known[0].ndim, inputs[0].ndim - 1), inputs[0].ndim))
        return ops.any(ops.concatenate(masks, self.axis), axis=features)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class Dot(_Merge):
    """The product of two batches of tensors, summed over an axis of each.

    Input shape: two shapes whose sizes along `axes` are alike. Output shape: the other axes of the first, then those of the
    second, after `(batch,`.

    Args:
        axes: the axis of both, or a pair; not the batch axis.
        normalize: bring vectors along the axis to length one first: the cosine of their angle.

    Raises:
        ValueError: axes of different sizes.

    >>> Dot(axes=1)([ops.ones((2, 3)), ops.ones((2, 3))]).numpy().tolist()
    [[3.0], [3.0]]
    """

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axes = checked.axes("Dot", "axes", axes, count=2)
        self.normalize = normalize

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        """None: steps are summed over, or meet one another."""
        return None

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


# --- as functions -----------------------------------------------------------------------------------------------------


def add(inputs: Any, **kwargs: Any) -> Any:
    """The sum of tensors: what a new `Add` gives.

    Args:
        inputs: a list of tensors.
        kwargs: of the layer.
    """
    return Add(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """The mean of tensors: what a new `Average` gives.

    Args:
        inputs: a list of tensors.
        kwargs: of the layer.
    """
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """The larger elements of tensors: what a new `Maximum` gives.

    Args:
        inputs: a list of tensors.
        kwargs: of the layer.
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """The smaller elements of tensors: what a new `Minimum` gives.

    Args:
        inputs: a list of tensors.
        kwargs: of the layer.
    """
    return Minimum(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """The product of tensors, element by element: what a new `Multiply` gives.

    Args:
        inputs: a list of tensors.
        kwargs: of the layer.
    """
    return Multiply(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """The difference of two tensors: what a new `Subtract` gives.

    Args:
        inputs: a list of tensors.
        kwargs: of the layer.
    """
    return Subtract(**kwargs)(inputs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """Tensors joined along an axis: what a new `Concatenate` gives.

    Args:
        inputs: a list of tensors.
        axis: the axis.
        kwargs: of the layer.
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """Products of two tensors, example by example: what a new `Dot` gives.

    Args:
        inputs: a list of two tensors.
        axes: the axis of both that is summed over, or a pair.
        kwargs: of the layer.
    """
    return Dot(axes=axes, **kwargs)(inputs)
