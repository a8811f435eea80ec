"""Variable: an array that is assigned to."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from oribi import changes, engines
from oribi.context import current
from oribi.graph import dtypes
from oribi.graph.node import Node, constant

from .convert import as_node, cast_node
from .tensor import Operators, Tensor


class Variable(Operators):
    """An array that is assigned to: a weight, an optimizer slot, a metric's sum.

    Args:
        initializer: the first value, or `initializer(shape, dtype)`.
        shape: needed with an initializer function.
        dtype: of the value; `float32` by default.
        trainable: whether optimizers may change it.
        name: what it is called in messages and files.

    Raises:
        ValueError: an initializer without a shape, or a value of another shape.

    >>> v = Variable([1.0, 2.0])
    >>> v.assign(v * 2).numpy()
    array([2., 4.], dtype=float32)
    """

    def __init__(
        self,
        initializer: Any,
        shape: Sequence[int] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        name: str = "variable",
    ) -> None:
        if callable(initializer) and not isinstance(initializer, Tensor | Variable | np.ndarray):
            if shape is None:
                raise ValueError(f"Variable {name!r}: an initializer function needs a shape")
            kind = dtypes.of_floats(dtype)
            _take_memory(name, shape, kind)
            initializer = initializer(tuple(shape), dtype=kind)
        value = np.asarray(initializer)
        if dtype is None:
            keep = value.dtype.name in dtypes.ALL and hasattr(initializer, "dtype")
            dtype = value.dtype.name if keep else {"f": dtypes.floatx(), "i": "int32", "b": "bool"}[value.dtype.kind]
        self.dtype = dtypes.canonical(dtype)
        self._buffer: engines.Buffer = engines.current().buffer(value, self.dtype)
        if shape is not None and tuple(shape) != self.shape:
            raise ValueError(f"Variable {name!r}: initial value of shape {self.shape}, expected {tuple(shape)}")
        self._constant: Node | None = None  # what snapshots hold; as long as there is one, the buffer must not change
        self._trainable = trainable
        self._constraint: Any = None
        self.name = name
        self.path = name

    @property
    def trainable(self) -> bool:
        """Whether optimizers may change it."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        changes.note()

    @property
    def constraint(self) -> Any:
        """A function of the value, which optimizers put in its place after each step; None by default."""
        return self._constraint

    @constraint.setter
    def constraint(self, value: Any) -> None:
        self._constraint = value
        changes.note()

    @property
    def shape(self) -> tuple[int, ...]:
        return self._buffer.shape

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def node(self) -> Node:
        """The present value as a node: a snapshot, or under a trace the value so far."""
        if current.trace is not None:
            read: Node = current.trace.read(self)
            return read
        node = self.snapshot()
        for record in current.records:
            record.note(self, node)
        return node

    def snapshot(self) -> Node:
        """The value outside of any trace, as a constant: the same one until the value changes."""
        if self._constant is None:
            self._constant = constant(self.array())
        return self._constant

    @property
    def value(self) -> Tensor:
        return Tensor(self.node)

    def read_value(self) -> Tensor:
        return self.value

    def numpy(self) -> np.ndarray:
        """A copy of the present value."""
        return np.array(self.array())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.array(), dtype=dtype)

    def array(self) -> np.ndarray:
        """The value in the host's memory, to be read: it may be that of a snapshot, and may change."""
        return self._buffer.numpy()

    def buffer(self, engine: engines.Engine) -> engines.Buffer:
        """The buffer of an engine that has the value, to be read by its programs."""
        if not engine.holds(self._buffer):
            self._buffer, self._constant = engine.buffer(self.array(), self.dtype), None
        return self._buffer

    def own_buffer(self, engine: engines.Engine) -> engines.Buffer:
        """The same, to be changed by its programs. Snapshots that were taken of the value keep the old one."""
        if self._constant is not None:
            self._replace(self.array())
        return self.buffer(engine)

    def _replace(self, value: Any) -> None:
        """Have the value in another buffer; snapshots keep the one that they have."""
        self._buffer, self._constant = engines.current().buffer(value, self.dtype), None

    def assign(self, value: Any) -> Tensor:
        """Set the value; returns it.

        Raises:
            ValueError: the value has another shape.
        """
        self.store(value)
        return self.value

    def store(self, value: Any) -> None:
        """Set the value, of which no snapshot is taken.

        Raises:
            ValueError: the value has another shape.
        """
        trace = current.trace
        shape = tuple(np.shape(value) if not isinstance(value, Tensor | Variable) else value.shape)
        if shape != self.shape:
            raise ValueError(f"Variable {self.path!r} has shape {self.shape}; it cannot be assigned shape {shape}")
        if trace is not None:
            trace.write(self, cast_node(as_node(value), self.dtype))
        else:
            array = value._realise() if isinstance(value, Tensor) else np.asarray(value)
            if self._constant is not None:
                self._replace(array)
            else:
                self._buffer.write(array)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_constant": None, "_buffer": self.array()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._replace(state["_buffer"])

    def assign_add(self, value: Any) -> Tensor:
        """Add to the value; returns it."""
        return self.assign(self.value + value)

    def assign_sub(self, value: Any) -> Tensor:
        """Subtract from the value; returns it."""
        return self.assign(self.value - value)

    def __repr__(self) -> str:
        values = np.array2string(self.array(), separator=", ", threshold=20)
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}, value={values}>"

    def __len__(self) -> int:
        return len(self.array())

    def __float__(self) -> float:
        return float(self.array().item())

    def __int__(self) -> int:
        return int(self.array().item())

    def __bool__(self) -> bool:
        return bool(self.array().item())

    def __format__(self, spec: str) -> str:
        return format(self.array().item(), spec) if spec else str(self)

    __hash__ = object.__hash__


def _take_memory(name: str, shape: Sequence[int], dtype: str) -> None:
    """Count the bytes of a variable where only so many may be taken.

    Raises:
        ValueError: there are fewer left.
    """
    if current.memory is None:
        return
    size = math.prod(shape) * dtypes.itemsize(dtype)
    if size > current.memory[0]:
        raise ValueError(
            f"weight {name!r} of shape {tuple(shape)} would take {size} bytes, more than the file can fill"
        )
    current.memory[0] -= size
