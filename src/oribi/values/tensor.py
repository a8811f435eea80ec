"""Tensor: an array that is computed when it is looked at; and the operators that variables and symbolic tensors share with it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import numpy as np

from oribi import engines
from oribi.context import current
from oribi.graph import dtypes
from oribi.graph.node import Node, constant, constant_p, parameter_p, topological

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


class Record:
    """What was computed while a gradient tape was open: tensors that are looked at keep their past until it is released.

    Attributes:
        released: the tape is done, and nobody will ask for gradients any more.
        noted: the nodes that stood for each variable that was read.
    """

    def __init__(self) -> None:
        self.released = False
        self.noted: dict[Any, dict[Node, None]] = {}
        self._looked_at: WeakSet[Tensor] = WeakSet()

    def note(self, variable: Any, node: Node) -> None:
        """A variable is read."""
        self.noted.setdefault(variable, {})[node] = None

    def value_of(self, tensor: "Tensor") -> Any:
        """The value of a tensor, which keeps its node."""
        if tensor._value is None:
            tensor._value = engines.value_of(tensor)
            engines.keep(tensor.node, tensor._value)
            tensor._depth = 0
            self._looked_at.add(tensor)
        return tensor._value

    def release(self) -> None:
        """Let go of the past of all tensors that have a value."""
        self.released = True
        for tensor in list(self._looked_at):
            if tensor._value is not None:
                tensor._settle(tensor._value)


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

    __slots__ = ("__weakref__", "_depth", "_record", "_value", "mask", "node")
    __array_priority__ = 1000

    def __init__(self, node: Node, depth: int = 0) -> None:
        self.node = node
        self.mask: Tensor | None = None
        self._depth = depth
        self._value: Any = None
        self._record: Record | None = current.records[-1] if current.records else None
        if depth > HELD_BACK and current.trace is None:
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
            for node in topological([self.node]) if current.trace is not None else ():
                if node.primitive is parameter_p:
                    raise ValueError(
                        f"this tensor of shape {list(self.shape)} has no value while a function is traced: "
                        "it stands for any batch. Use oribi.ops on it, or look at it outside of call() and train steps."
                    )
            if self._record is not None and not self._record.released:
                return self._record.value_of(self)
            self._settle(engines.value_of(self))
        return self.node.attributes["value"]

    def _settle(self, value: Any) -> None:
        """Have a value, and no longer a past."""
        self.node = Node(constant_p, (), {"value": value}, self.shape, self.dtype)
        self._depth, self._value, self._record = 0, None, None

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


def install_operators(table: dict[str, Callable[..., Any]]) -> None:
    """Give tensors and variables the operators of `table`, {method name: function}."""
    for name, function in table.items():
        setattr(Operators, name, function)
