"""Operations on symbolic tensors: recorded, to be done when there are data. The functional API is made of this."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from oribi import nest
from oribi.graph.node import parameter
from oribi.values import KerasTensor, NoValue, Tensor, tracing

BATCHES = (2, 3)  # extents that stand for an unknown batch while shapes are found
EXTENTS = (48, 72)  # the same for other unknown axes: large, and multiples of the usual strides


class Call:
    """An operation on symbolic tensors.

    Attributes:
        function: the layer or the op.
        args, kwargs: what it was called with, symbolic tensors among them.
        outputs: the symbolic tensors that it gave, in the nest that it gave them in.
    """

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.function, self.args, self.kwargs = function, args, kwargs
        self.outputs: Any = None

    @property
    def name(self) -> str:
        """The layer's name, or the op's."""
        return str(getattr(self.function, "name", None) or getattr(self.function, "__name__", "operation"))

    def inputs(self) -> list[KerasTensor]:
        return [leaf for leaf in nest.flatten([self.args, self.kwargs]) if isinstance(leaf, KerasTensor)]

    def again(self, values: dict[KerasTensor, Any]) -> None:
        """Do it on values; its outputs' are added to them."""
        there = lambda leaf: values[leaf] if isinstance(leaf, KerasTensor) else leaf
        outputs = self.function(*nest.mapped(there, self.args), **nest.mapped(there, self.kwargs))
        values.update(zip(nest.flatten(self.outputs), nest.flatten(outputs), strict=True))


def is_symbolic(*things: Any) -> bool:
    """Whether there is a symbolic tensor in the nests."""
    return any(isinstance(leaf, KerasTensor) for leaf in nest.flatten(things))


def record(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Note a call; returns symbolic tensors for its outputs, their shapes found by computing with two sizes of batch."""
    call = Call(function, args, kwargs)
    one, other = (_probed(call, which) for which in (0, 1))
    made = [_between(x, y, call) for x, y in zip(nest.flatten(one), nest.flatten(other), strict=True)]
    call.outputs = nest.pack(nest.structure(one), made)
    return call.outputs


def _between(one: Tensor, other: Tensor, call: Call) -> KerasTensor:
    """A symbolic tensor, with its mask, of what came out for two sizes of batch."""
    shape = tuple(a if a == b else None for a, b in zip(one.shape, other.shape, strict=True))
    made = KerasTensor(shape, one.dtype, call=call)
    if one.mask is not None and other.mask is not None:
        of = Call(mask_of, (made,), {})
        made.mask = of.outputs = _between(one.mask, other.mask, of)
    return made


def mask_of(tensor: Any) -> Any:
    """The mask that a tensor has with it."""
    return tensor.mask


def _probed(call: Call, which: int) -> Any:
    def probe(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor):
            return leaf
        sizes = (BATCHES[which], *(EXTENTS[which],) * (len(leaf.shape) - 1))
        shape = tuple(size if n is None else n for n, size in zip(leaf.shape, sizes, strict=False))
        made = Tensor(parameter("probe", shape, leaf.dtype))
        made.mask = None if leaf.mask is None else probe(leaf.mask)
        return made

    with tracing():
        return call.function(*nest.mapped(probe, call.args), **nest.mapped(probe, call.kwargs))


def symbolic(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which records itself when it meets a tensor that has no value yet."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except NoValue:
            return record(function, args, kwargs)

    call.__module__ = "oribi.ops"  # where pickle finds this one: its home has the function itself
    return call


def calls_between(inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]) -> list[Call]:
    """The calls that lead from inputs to outputs, each after those that it needs.

    Raises:
        ValueError: the outputs depend on something that is not among the inputs.
    """
    known, order, done = set(inputs), [], set()
    stack: list[tuple[KerasTensor, bool]] = [(tensor, False) for tensor in reversed(outputs)]
    while stack:
        tensor, ready = stack.pop()
        call = tensor.call
        if tensor in known or call in done:
            continue
        if call is None:
            raise ValueError(
                f"the outputs depend on the input {tensor.name!r} of shape {tensor.shape}, which is not among the "
                f"model's inputs {[t.name for t in inputs]}. Add it to them."
            )
        if ready:
            done.add(call)
            order.append(call)
            continue
        stack.append((tensor, True))
        stack += [(needed, False) for needed in reversed(call.inputs())]
    return order
