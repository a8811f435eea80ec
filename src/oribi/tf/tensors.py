"""Functions of tensors under TensorFlow's names, with its arguments, defaults and dtypes.

`name` is taken everywhere for TensorFlow's sake: tensors have none here.
"""

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from oribi import ops
from oribi.graph import dtypes
from oribi.values import Tensor


def _ints(values: Any) -> tuple[int, ...]:
    """A shape, or other whole numbers, given as a list, an array or a tensor."""
    return tuple(int(v) for v in np.ravel(np.asarray(values)))


# --- making tensors ---------------------------------------------------------------------------------------------------


def constant(value: Any, dtype: Any = None, shape: Any = None, name: Any = "Const") -> Tensor:
    """A tensor of a value, in a shape if one is given.

    >>> constant([1, 2]).dtype
    'int32'
    """
    made = ops.convert_to_tensor(value, dtype)
    if shape is None:
        return made
    wanted = _ints(shape)
    return ops.reshape(made, wanted) if made.size == np.prod(wanted) else ops.broadcast_to(made, wanted)


def convert_to_tensor(value: Any, dtype: Any = None, dtype_hint: Any = None, name: Any = None) -> Tensor:
    """A tensor of a value; `dtype_hint` is its dtype where it has none of its own, such as a list."""
    own = dtype if dtype is not None or hasattr(value, "dtype") else dtype_hint
    return ops.convert_to_tensor(value, own)


def zeros(shape: Any, dtype: Any = "float32", name: Any = None) -> Tensor:
    """Zeros of a shape.

    Args:
        shape: sizes of the axes.
        dtype: of the result.
    """
    return ops.zeros(_ints(shape), dtype)


def ones(shape: Any, dtype: Any = "float32", name: Any = None) -> Tensor:
    """Ones of a shape.

    Args:
        shape: sizes of the axes.
        dtype: of the result.
    """
    return ops.ones(_ints(shape), dtype)


def fill(dims: Any, value: Any, name: Any = None) -> Tensor:
    """`value` everywhere, in a shape.

    Args:
        dims: sizes of the axes.
        value: an array, a number or a nested list.
    """
    return ops.broadcast_to(ops.convert_to_tensor(value), _ints(dims))


def zeros_like(input: Any, dtype: Any = None, name: Any = None) -> Tensor:
    """Zeros of the shape, and by default the dtype, of `input`."""
    return ops.zeros_like(input, dtype)


def ones_like(input: Any, dtype: Any = None, name: Any = None) -> Tensor:
    """Ones of the shape, and by default the dtype, of `input`."""
    return ops.ones_like(input, dtype)


def eye(
    num_rows: int, num_columns: int | None = None, batch_shape: Any = None, dtype: Any = "float32", name: Any = None
) -> Tensor:
    """Identity matrices, a batch of them where `batch_shape` is given.

    Args:
        num_rows: rows.
        num_columns: columns; as many as rows by default.
        batch_shape: sizes of the axes in front.
        dtype: of the result.
    """
    made = ops.eye(num_rows, num_columns, dtype=dtype)
    return made if batch_shape is None else ops.broadcast_to(made, (*_ints(batch_shape), *made.shape))


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: Any = "range") -> Tensor:
    """start, start + delta, ... up to but not including `limit`; from 0 with one argument.

    Args:
        start: the first number; with one argument the end.
        limit: the end.
        delta: between two numbers.
        dtype: of the result.

    >>> range(3, 10, 3).tolist()
    [3, 6, 9]
    """
    return ops.arange(0 if limit is None else start, start if limit is None else limit, delta, dtype=dtype)


def linspace(start: Any, stop: Any, num: Any, name: Any = None, axis: int = 0) -> Tensor:
    """`num` numbers evenly from `start` to `stop`, both included, along a new axis."""
    made: Tensor = ops.linspace(start, stop, int(num), axis=axis)
    return made


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
    name: Any = None,
) -> Tensor:
    """`on_value` (1) at the class that each index names, `off_value` (0) elsewhere, the classes along a new axis.

    Args:
        indices: whole numbers.
        depth: how many classes.
        on_value, off_value: at the class and elsewhere; 1 and 0 by default.
        axis: the axis, or axes.
        dtype: of the result.

    >>> one_hot([0, 2], 3, on_value=5, off_value=-1, dtype="int32").tolist()
    [[5, -1, -1], [-1, -1, 5]]
    """
    hot = ops.one_hot(indices, int(depth), axis=-1 if axis is None else axis, dtype="bool")
    values = (1 if on_value is None else on_value, 0 if off_value is None else off_value)
    kind = dtype or next((ops.convert_to_tensor(v).dtype for v in (on_value, off_value) if v is not None), "float32")
    return ops.where(hot, *(ops.convert_to_tensor(value, kind) for value in values))


# --- shapes -----------------------------------------------------------------------------------------------------------


def _sizes(input: Any) -> tuple[int, ...]:
    sizes = ops.shape(input)
    if None in sizes:
        raise NotImplementedError(f"the shape {sizes} of a symbolic tensor is no tensor yet: use x.shape, or a layer")
    return tuple(builtins.int(n) for n in sizes if n is not None)


def shape(input: Any, out_type: Any = "int32", name: Any = None) -> Tensor:
    """The sizes of the axes, as a tensor.

    Args:
        input: a tensor.
        out_type: dtype of the result.
    """
    return ops.convert_to_tensor(np.array(_sizes(input), "int64"), "int64" if out_type is None else out_type)


def size(input: Any, out_type: Any = "int32", name: Any = None) -> Tensor:
    """How many elements there are, as a tensor.

    Args:
        input: a tensor.
        out_type: dtype of the result.
    """
    return ops.convert_to_tensor(int(np.prod(_sizes(input))), out_type)


def rank(input: Any, name: Any = None) -> Tensor:
    """How many axes there are, as a tensor.

    Args:
        input: a tensor.
    """
    return ops.convert_to_tensor(len(ops.shape(input)), "int32")


def reshape(tensor: Any, shape: Any, name: Any = None) -> Tensor:
    """The elements in another shape; one -1 is worked out.

    Args:
        tensor: a tensor.
        shape: sizes of the axes.
    """
    return ops.reshape(tensor, _ints(shape))


def transpose(a: Any, perm: Any = None, conjugate: bool = False, name: Any = "transpose") -> Tensor:
    """The axes in another order; reversed by default. `conjugate` changes nothing: numbers are real.

    Args:
        a: a tensor.
        perm: for each axis of the result the axis that it is.
        conjugate: of no effect on real numbers.
    """
    return ops.transpose(a, None if perm is None else _ints(perm))


def expand_dims(input: Any, axis: int, name: Any = None) -> Tensor:
    """With an axis of size one put in.

    Args:
        input: a tensor.
        axis: the axis, or axes.
    """
    return ops.expand_dims(input, int(axis))


def squeeze(input: Any, axis: Any = None, name: Any = None) -> Tensor:
    """Without axes of size one: all of them, or those named.

    Args:
        input: a tensor.
        axis: the axis, or axes.
    """
    return ops.squeeze(input, None if axis is None else _ints(axis))


def concat(values: Sequence[Any], axis: Any, name: Any = "concat") -> Tensor:
    """Tensors joined along an axis.

    Args:
        values: tensors.
        axis: the axis, or axes.
    """
    return ops.concatenate(list(values), axis=int(axis))


def stack(values: Sequence[Any], axis: int = 0, name: Any = "stack") -> Tensor:
    """Tensors joined along a new axis.

    Args:
        values: tensors.
        axis: the axis, or axes.
    """
    return ops.stack(list(values), axis=axis)


def split(value: Any, num_or_size_splits: Any, axis: int = 0, num: Any = None, name: Any = "split") -> list[Tensor]:
    """A tensor cut along an axis: into so many equal parts, or into parts of these sizes, of which one may be -1.

    Args:
        value: an array, a number or a nested list.
        num_or_size_splits: how many parts, or their sizes.
        axis: the axis, or axes.
        num: how many; not needed.

    Raises:
        ValueError: sizes that do not add up.

    >>> [part.tolist() for part in split([1, 2, 3, 4, 5], [2, 3])]
    [[1, 2], [3, 4, 5]]
    """
    if np.ndim(num_or_size_splits) == 0:
        return ops.split(value, int(num_or_size_splits), axis)
    sizes, extent = list(_ints(num_or_size_splits)), _sizes(value)[axis]
    if sizes.count(-1) == 1:
        sizes[sizes.index(-1)] = extent - sum(n for n in sizes if n != -1)
    if min(sizes, default=0) < 0 or sum(sizes) != extent:
        raise ValueError(f"split: the sizes {list(_ints(num_or_size_splits))} do not add up to {extent}")
    return ops.split(value, [int(n) for n in np.cumsum(sizes)[:-1]], axis)


def gather(
    params: Any, indices: Any, validate_indices: Any = None, axis: Any = None, batch_dims: int = 0, name: Any = None
) -> Tensor:
    """The slices of an axis (the first by default) that indices name.

    Args:
        params: a tensor.
        indices: whole numbers.
        validate_indices: taken for TensorFlow's sake.
        axis: the axis, or axes.
        batch_dims: only 0: an error otherwise.
    """
    if batch_dims:
        raise NotImplementedError("gather(batch_dims=...) is not there yet: use tf.keras.ops.take_along_axis")
    return ops.take(params, indices, axis=0 if axis is None else int(axis))


def where(condition: Any, x: Any = None, y: Any = None, name: Any = None) -> Tensor:
    """x where the condition holds, y elsewhere."""
    if x is None or y is None:
        raise NotImplementedError("where(condition) alone gives a shape that depends on values: give x and y")
    return ops.where(condition, x, y)


def cast(x: Any, dtype: Any, name: Any = None) -> Tensor:
    """x in another dtype."""
    return ops.cast(x, dtype)


# --- arithmetic -------------------------------------------------------------------------------------------------------


def _unary(function: Callable[[Any], Tensor], doc: str) -> Callable[..., Tensor]:
    def call(x: Any, name: Any = None) -> Tensor:
        return function(x)

    call.__name__ = call.__qualname__ = function.__name__
    call.__doc__ = doc
    return call


def _binary(function: Callable[[Any, Any], Tensor], doc: str) -> Callable[..., Tensor]:
    def call(x: Any, y: Any, name: Any = None) -> Tensor:
        return function(x, y)

    call.__name__ = call.__qualname__ = function.__name__
    call.__doc__ = doc
    return call


abs = _unary(ops.abs, "The absolute value of x.")
exp = _unary(ops.exp, "e to the power of x.")
sqrt = _unary(ops.sqrt, "The square root of x.")
square = _unary(ops.square, "x squared.")
sin = _unary(ops.sin, "The sine of x.")
cos = _unary(ops.cos, "The cosine of x.")
tanh = _unary(ops.tanh, "The hyperbolic tangent of x.")
floor = _unary(ops.floor, "The largest whole number that is not above x.")
round = _unary(ops.round, "x to the nearest whole number, halves to even ones.")
sigmoid = _unary(ops.sigmoid, "1 / (1 + exp(-x)).")
log = _unary(ops.log, "The natural logarithm of x.")
add = _binary(ops.add, "x + y.")
subtract = _binary(ops.subtract, "x - y.")
multiply = _binary(ops.multiply, "x * y.")
divide = _binary(ops.divide, "x / y, as floats.")
maximum = _binary(ops.maximum, "The larger of x and y.")
minimum = _binary(ops.minimum, "The smaller of x and y.")
pow = _binary(ops.power, "x to the power of y.")
equal = _binary(ops.equal, "Whether x is y, element by element.")
greater = _binary(ops.greater, "Whether x is larger than y.")
less = _binary(ops.less, "Whether x is smaller than y.")


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: Any = None) -> Tensor:
    """t, nothing below the one limit and nothing above the other.

    Args:
        t: a tensor.
        clip_value_min, clip_value_max: the limits.
    """
    return ops.clip(t, clip_value_min, clip_value_max)


def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, name: Any = None) -> Tensor:
    """Products of matrices, either transposed before where that is asked for.

    Args:
        a: a tensor.
        b: a tensor.
        transpose_a, transpose_b: whether the last two axes are exchanged.
    """
    left = ops.swapaxes(a, -1, -2) if transpose_a else a
    return ops.matmul(left, ops.swapaxes(b, -1, -2) if transpose_b else b)


# --- reductions -------------------------------------------------------------------------------------------------------


def _reduction(function: Callable[..., Tensor], name: str, doc: str) -> Callable[..., Tensor]:
    def call(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Tensor:
        x = ops.convert_to_tensor(input_tensor)
        axes = axis if axis is None or np.ndim(axis) == 0 else _ints(axis)
        return ops.cast(function(x, axis=axes, keepdims=keepdims), x.dtype)

    call.__name__ = call.__qualname__ = name
    rest = "over `axis`, one or several, all by default; in the dtype of `input_tensor`. `keepdims` keeps them, at size one."
    call.__doc__ = f"{doc} {rest}"
    return call


def _whole_mean(x: Any, axis: Any, keepdims: bool) -> Tensor:
    """The mean; of integers without what is behind the point."""
    if dtypes.is_float(x.dtype):
        return ops.mean(x, axis=axis, keepdims=keepdims)
    total = ops.sum(ops.cast(x, "int64"), axis=axis, keepdims=keepdims)
    count = x.size // max(total.size, 1)
    return ops.multiply(ops.sign(total), ops.floor_divide(ops.abs(total), max(count, 1)))


reduce_sum = _reduction(ops.sum, "reduce_sum", "The sum")
reduce_prod = _reduction(ops.prod, "reduce_prod", "The product")
reduce_max = _reduction(ops.max, "reduce_max", "The largest element")
reduce_min = _reduction(ops.min, "reduce_min", "The smallest element")
reduce_mean = _reduction(_whole_mean, "reduce_mean", "The mean")


def argmax(input: Any, axis: Any = None, output_type: Any = "int64", name: Any = None) -> Tensor:
    """The index of the largest element along an axis, the first by default.

    Args:
        input: a tensor.
        axis: the axis, or axes.
        output_type: dtype of the result.

    >>> argmax([[1, 9], [3, 2]]).tolist()
    [1, 0]
    """
    return ops.cast(ops.argmax(input, axis=0 if axis is None else int(axis)), output_type)


def argmin(input: Any, axis: Any = None, output_type: Any = "int64", name: Any = None) -> Tensor:
    """The index of the smallest element along an axis, the first by default.

    Args:
        input: a tensor.
        axis: the axis, or axes.
        output_type: dtype of the result.
    """
    return ops.cast(ops.argmin(input, axis=0 if axis is None else int(axis)), output_type)
