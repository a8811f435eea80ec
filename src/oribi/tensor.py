"""Tensor, Variable and Trace: values that users hold, and how a function of variables becomes a graph.

A `Tensor` is lazy: operations record nodes, and the value is computed when somebody looks. A `Variable` holds an array that
changes. Under a `Trace` variables are read and assigned as nodes, so that a function that trains a model, written as if it
computed, becomes one graph.
"""

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from oribi import changes, engines
from oribi.graph import dtypes
from oribi.graph.node import Node, constant, constant_p, parameter, parameter_p, topological

HELD_BACK = 256  # operations that a tensor puts off before it is computed, so that graphs of loops stay bounded


class Operators:
    """What tensors and variables have in common: a node, and Python's operators and indexing, which `ops/operators.py`,
    lying above, puts in place."""

    __slots__ = ()

    if TYPE_CHECKING:
        dtype: Any
        node: Any

        def __add__(self, other: Any) -> "Tensor": ...
        def __radd__(self, other: Any) -> "Tensor": ...
        def __sub__(self, other: Any) -> "Tensor": ...
        def __rsub__(self, other: Any) -> "Tensor": ...
        def __mul__(self, other: Any) -> "Tensor": ...
        def __rmul__(self, other: Any) -> "Tensor": ...
        def __truediv__(self, other: Any) -> "Tensor": ...
        def __rtruediv__(self, other: Any) -> "Tensor": ...
        def __matmul__(self, other: Any) -> "Tensor": ...
        def __getitem__(self, key: Any) -> "Tensor": ...


class Tensor(Operators):
    """An array that is computed when it is looked at.

    Attributes:
        node: what it will be computed from.
        mask: which steps of a sequence are there; None for all.

    >>> from oribi import ops
    >>> x = ops.convert_to_tensor([1.0, 2.0])
    >>> (x * 3).numpy()
    array([3., 6.], dtype=float32)
    """

    __slots__ = ("__weakref__", "_depth", "mask", "node")
    __array_priority__ = 1000

    def __init__(self, node: Node, depth: int = 0) -> None:
        self.node = node
        self.mask: Tensor | None = None
        self._depth = depth
        if depth > HELD_BACK and _trace() is None:
            self._realise()

    @property
    def shape(self) -> tuple[int, ...]:
        return self.node.shape

    @property
    def dtype(self) -> str:
        return self.node.dtype

    @property
    def ndim(self) -> int:
        return len(self.node.shape)

    @property
    def size(self) -> int:
        return self.node.size

    @property
    def _keras_mask(self) -> "Tensor | None":
        """The mask, under Keras' name."""
        return self.mask

    @_keras_mask.setter
    def _keras_mask(self, mask: "Tensor | None") -> None:
        self.mask = mask

    def _realise(self) -> Any:
        if self.node.primitive is not constant_p:
            for node in topological([self.node]) if _trace() is not None else ():
                if node.primitive is parameter_p:
                    raise ValueError(
                        f"this tensor of shape {list(self.shape)} has no value while a function is traced: "
                        "it stands for any batch. Use oribi.ops on it, or look at it outside of call() and train steps."
                    )
            value = engines.value_of(self)
            self.node = Node(constant_p, (), {"value": value}, self.shape, self.dtype)
            self._depth = 0
        return self.node.attributes["value"]

    def __reduce__(self) -> Any:
        return _tensor_of, (self.numpy(), self.mask)

    def numpy(self) -> np.ndarray:
        """The value, as a NumPy array of the caller's own."""
        return np.array(self._realise())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self._realise(), dtype=dtype)

    def item(self) -> Any:
        """The value of a tensor of one element, as a Python number."""
        return self._realise().item()

    def tolist(self) -> Any:
        """The value as nested Python lists."""
        return self._realise().tolist()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if not dtypes.is_integer(self.dtype) or self.size != 1:
            raise TypeError(f"only an integer tensor of one element is an index, not {self.dtype}{list(self.shape)}")
        return int(self.item())

    def __bool__(self) -> bool:
        return bool(self.item())

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a scalar tensor has no len()")
        return self.shape[0]

    def __iter__(self) -> "Iterator[Tensor]":
        return (self[i] for i in range(len(self)))

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    def __repr__(self) -> str:
        try:
            values = np.array2string(self._realise(), separator=", ", prefix="Tensor(")
        except ValueError:
            return f"Tensor(shape={list(self.shape)}, dtype={self.dtype}, symbolic)"
        return f"Tensor({values}, shape={list(self.shape)}, dtype={self.dtype})"

    __hash__ = object.__hash__


def _tensor_of(value: np.ndarray, mask: Tensor | None) -> Tensor:
    """A tensor of a value, out of a pickle."""
    tensor = Tensor(constant(value))
    tensor.mask = mask
    return tensor


class NoValue(TypeError):
    """Something was to be computed from a symbolic tensor."""


class KerasTensor(Operators):
    """A tensor of data to come: a shape and a dtype, and how it will be computed. What `Input` returns.

    Attributes:
        shape: sizes of the axes, None where they are not known yet.
        dtype: of the elements.
        name: what it is called in messages.
        call: the operation that makes it; None for an input.
        mask: which steps of a sequence will be there, a symbolic tensor too; None for all.
    """

    def __init__(self, shape: tuple[int | None, ...], dtype: str, name: str = "", call: Any = None) -> None:
        self.shape, self.dtype, self.call = shape, dtype, call
        self.mask: KerasTensor | None = None
        self.name = name or getattr(call, "name", "input")

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def _keras_mask(self) -> "KerasTensor | None":
        """The mask, under Keras' name."""
        return self.mask

    @property
    def node(self) -> Node:
        raise NoValue(
            f"{self!r} has no value: it stands for data to come. Use oribi.ops and layers on it, and make a "
            "model of inputs and outputs"
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        raise NoValue(f"{self!r} has no value that NumPy could use: use oribi.ops")

    def __iter__(self) -> Any:
        raise TypeError(f"{self!r} cannot be walked through")

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


class Variable(Operators):
    """An array that is assigned to: a weight, an optimizer slot, a metric's sum.

    Args:
        initializer: the first value, or `initializer(shape, dtype)`.
        shape: needed with an initializer function.
        dtype: of the value; `float32` by default.
        trainable: whether optimizers may change it.
        name: what it is called in messages and files.

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
            kind = dtypes.canonical(dtype or dtypes.FLOATX)
            _take_memory(name, shape, kind)
            initializer = initializer(tuple(shape), dtype=kind)
        value = np.asarray(initializer)
        if dtype is None:
            keep = value.dtype.name in dtypes.ALL and hasattr(initializer, "dtype")
            dtype = value.dtype.name if keep else {"f": dtypes.FLOATX, "i": "int32", "b": "bool"}[value.dtype.kind]
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
        trace = _trace()
        return self.snapshot() if trace is None else trace.read(self)

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
        trace = _trace()
        shape = tuple(np.shape(value) if not isinstance(value, Tensor | Variable) else value.shape)
        if shape != self.shape:
            raise ValueError(f"Variable {self.path!r} has shape {self.shape}; it cannot be assigned shape {shape}")
        if trace is not None:
            from oribi.ops.core import as_node, cast_node

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


class _Memory(threading.local):
    left: int | None = None


_memory = _Memory()


@contextmanager
def memory_for_variables(size: int) -> Iterator[None]:
    """Variables made inside of the block, in this thread, may take so many bytes in all: what a file asks for is bounded by
    what it holds.

    Raises:
        ValueError: from the variable that would take more.
    """
    outer, _memory.left = _memory.left, size
    try:
        yield
    finally:
        _memory.left = outer


def _take_memory(name: str, shape: Sequence[int], dtype: str) -> None:
    if _memory.left is None:
        return
    size = math.prod(shape) * dtypes.itemsize(dtype)
    if size > _memory.left:
        raise ValueError(
            f"weight {name!r} of shape {tuple(shape)} would take {size} bytes, more than the file can fill"
        )
    _memory.left -= size


# --- tracing ----------------------------------------------------------------------------------------------------------


class _Local(threading.local):
    trace: "Trace | None" = None


_local = _Local()


def _trace() -> "Trace | None":
    return _local.trace


class Trace:
    """Variables read and assigned by a function while it is traced.

    Attributes:
        read_as: the parameter that stands for each variable's value before.
        current: the node of each variable's value now.
        checks: variables that become true when something is wrong with the data, and what to tell the user then.
        in_body: what is traced is the body of a loop or a branch: its nodes are none outside of it.
    """

    in_body = False

    def __init__(self) -> None:
        self.read_as: dict[Variable, Node] = {}
        self.current: dict[Variable, Node] = {}
        self.checks: dict[str, Variable] = {}

    def read(self, variable: Variable) -> Node:
        if variable not in self.current:
            node = parameter(variable.path, variable.shape, variable.dtype)
            self.read_as[variable] = self.current[variable] = node
        return self.current[variable]

    def failing(self, message: str) -> Variable:
        """The variable that says whether the check with this message failed."""
        if message not in self.checks:
            self.checks[message] = Variable(np.zeros((), bool), trainable=False, name="check")
        return self.checks[message]

    def write(self, variable: Variable, node: Node) -> None:
        self.read(variable)
        self.current[variable] = node


class Frozen(Trace):
    """A trace in which variables are constants: they have the values that they have now, for good."""

    def read(self, variable: Variable) -> Node:
        if variable not in self.current:
            self.current[variable] = variable.snapshot()
        return self.current[variable]

    def write(self, variable: Variable, node: Node) -> None:
        if any(variable is check for check in self.checks.values()):
            return  # there will be nobody to tell
        raise ValueError(f"{variable.path!r} is assigned to, and here everything has to stay as it is")


@contextmanager
def tracing(trace: Trace | None = None) -> Iterator[Trace]:
    """Variables are read and assigned in the trace, in this thread, until the end of the block."""
    outer, active = _trace(), trace or Trace()
    _local.trace = active
    try:
        yield active
    finally:
        _local.trace = outer


@contextmanager
def untraced() -> Iterator[None]:
    """Variables are read and assigned for good until the end of the block, although a function is being traced: what is done once,
    such as the making of weights, is no part of it."""
    outer, _local.trace = _trace(), None
    try:
        yield
    finally:
        _local.trace = outer


def current_trace() -> Trace | None:
    """The trace of this thread; None where tensors are computed."""
    return _trace()


def install_operators(table: dict[str, Callable[..., Any]]) -> None:
    """Give tensors and variables the operators of `table`, {method name: function}."""
    for name, function in table.items():
        setattr(Operators, name, function)
