"""writer: the nodes of an ONNX graph, as rules add them.

A graph has fixed shapes, a model takes any batch: so the forward pass is traced for two sizes of it, and what differs between the
two graphs, which are else alike, grows with the batch.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from oribi.graph.node import Node, size_of, topological

Shapes = tuple[tuple[int, ...], tuple[int, ...]]  # for a batch of 2, and for one of 3
Rule = Callable[
    ["Writer", Node, Node, list[str]], str
]  # rule(writer, node of either size, names of its operands) -> name


class Writer:
    """Collects the nodes of an ONNX graph.

    Attributes:
        columns: the graph's inputs that stand for data, and their names.
        rows: nodes that say which rows of the data a batch is, and the columns themselves.
        batch_of: the input whose first axis says how large the batch is.
        nodes, constants: what was added so far.
        results: the names of what nodes of several results give.

    Args:
        onnx: the package.
        rules: by the name of a primitive.
        count: numbers for names; the graphs inside of a graph go on with its.
    """

    def __init__(self, onnx: Any, rules: "Mapping[str, Rule]", count: "Iterator[int] | None" = None) -> None:
        self.onnx, self.rules = onnx, rules
        self.count = count or itertools.count(1)
        self.columns: dict[Node, str] = {}
        self.rows: set[Node] = set()
        self.batch_of = ""
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.names: dict[Node, str] = {}
        self.results: dict[Node, list[str]] = {}
        self._known: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._batch = ""

    def name(self, stem: str) -> str:
        return f"{stem}_{next(self.count)}"

    def add(self, op: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        """Add a node of one output; returns its name."""
        output = output or self.name(op.lower())
        self.nodes.append(self.onnx.helper.make_node(op, list(inputs), [output], **attributes))
        return output

    def constant(self, value: Any, dtype: str = "int64") -> str:
        array = np.ascontiguousarray(value, dtype)
        key = (dtype, array.shape, array.tobytes())
        if key not in self._known:
            self._known[key] = self.name("constant")
            self.constants.append(self.onnx.numpy_helper.from_array(array, self._known[key]))
        return self._known[key]

    def kind(self, dtype: str) -> int:
        return int(self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    # --- nodes ---

    def value(self, two: Node, three: Node) -> str:
        """The name of a node's value."""
        pairs = zip(topological([two]), topological([three]), strict=False)
        for a, b in pairs:
            if a not in self.names:
                self.names[a] = self._made(a, b)
        return self.names[two]

    def _made(self, two: Node, three: Node) -> str:
        if two.op != three.op:
            raise NotImplementedError(
                f"onnx: the model computes {two.op} or {three.op}, depending on the size of the batch"
            )
        if two.op == "constant":
            return self._constant(two, three)
        if two.op == "gather" and two.operands[0] in self.columns:
            return self.columns[two.operands[0]]
        if two in self.rows:
            return ""  # which rows of the data a batch is; whoever calls has taken them
        if two.op not in self.rules:
            where = f" (in {two.origin})" if two.origin else ""
            raise NotImplementedError(f"onnx: {two.op} is not there yet{where}")
        return self.rules[two.op](self, two, three, [self.names[o] for o in two.operands])

    def _constant(self, two: Node, three: Node) -> str:
        a, b = two.attributes["value"], three.attributes["value"]
        if a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
            return self.constant(a, two.dtype)
        if size_of(a.shape) and size_of(b.shape) and (a == a.flat[0]).all() and (b == a.flat[0]).all():
            return self.expand(self.constant(a.flat[0], two.dtype), (two.shape, three.shape))
        raise NotImplementedError("onnx: the model has a constant that depends on the size of the batch")

    # --- shapes ---

    def shape(self, shapes: Shapes) -> str:
        """A shape as a vector; an extent that differs between the batches is linear in the batch."""
        if shapes[0] == shapes[1]:
            return self.constant(shapes[0])
        parts = [self.constant([a]) if a == b else self._linear(a, b) for a, b in zip(*shapes, strict=True)]
        return self.add("Concat", parts, axis=0)

    def _linear(self, two: int, three: int) -> str:
        factor = three - two
        rest = two - 2 * factor
        if not self._batch:
            whole = self.add("Shape", [self.batch_of])
            self._batch = self.add("Slice", [whole, self.constant([0]), self.constant([1])])
        scaled = self._batch if factor == 1 else self.add("Mul", [self._batch, self.constant([factor])])
        return scaled if not rest else self.add("Add", [scaled, self.constant([rest])])

    def reshape(self, x: str, shapes: Shapes) -> str:
        varying = [i for i, (a, b) in enumerate(zip(*shapes, strict=True)) if a != b]
        if len(varying) == 1 and 0 not in shapes[0]:
            vector = self.constant([-1 if i in varying else n for i, n in enumerate(shapes[0])])
        else:
            vector = self.shape(shapes)
        return self.add("Reshape", [x, vector])

    def expand(self, x: str, shapes: Shapes) -> str:
        return self.add("Expand", [x, self.shape(shapes)])

    def slice(self, x: str, starts: Any, ends: Any, axes: Any, steps: Any) -> str:
        return self.add("Slice", [x, *(self.constant(v) for v in (starts, ends, axes, steps))])

    def pad(self, x: str, low: Any, high: Any, value: Any, dtype: str) -> str:
        if not any((*low, *high)):
            return x
        return self.add("Pad", [x, self.constant([*low, *high]), self.constant(value, dtype)], mode="constant")

    def spread(self, x: str, node_shapes: Shapes, gaps: Sequence[int], value: Any, dtype: str) -> str:
        """`gaps` elements of a value between an array's along each axis."""
        a, b = (list(s) for s in node_shapes)
        for axis, gap in enumerate(gaps):
            if not gap or a[axis] <= 1:
                continue
            wide = self.reshape(x, ((*a[: axis + 1], 1, *a[axis + 1 :]), (*b[: axis + 1], 1, *b[axis + 1 :])))
            high = [gap if i == axis + 1 else 0 for i in range(len(a) + 1)]
            wide = self.pad(wide, [0] * len(high), high, value, dtype)
            a[axis], b[axis] = a[axis] * (gap + 1), b[axis] * (gap + 1)
            x = self.slice(self.reshape(wide, (tuple(a), tuple(b))), [0], [-gap], [axis], [1])
            a[axis], b[axis] = a[axis] - gap, b[axis] - gap
        return x
