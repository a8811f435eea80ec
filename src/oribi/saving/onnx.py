"""onnx: a Program -> an ONNX model, one rule for each primitive.

A graph has fixed shapes, a model takes any batch: so the forward pass is traced for two sizes of it, and what differs between the
two graphs, which are else alike, grows with the batch.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from oribi.graph import dtypes
from oribi.graph.contraction import free_axes
from oribi.graph.control import depending
from oribi.graph.node import Node, size_of, topological
from oribi.graph.windows import Axis, conv_axes, start_value, window_axes
from oribi.utils.optional import needed

OPSET, IR = 18, 9
ALL = 2**63 - 1  # the end of an axis, however long

Shapes = tuple[tuple[int, ...], tuple[int, ...]]  # for a batch of 2, and for one of 3
Rule = Callable[["Writer", Node, Node, list[str]], str]


def model_of(two: Any, three: Any, title: str) -> bytes:
    """An ONNX model.

    Args:
        two, three: the forward pass, exported for batches of two and of three rows.
        title: the model's name.

    Raises:
        NotImplementedError: a primitive that has no rule here, or a graph that changes with the batch.
    """
    onnx = needed("onnx", "ONNX models")
    writer = Writer(onnx)
    kinds = {p.name: onnx.helper.np_dtype_to_tensor_dtype(np.dtype(p.dtype)) for p in (*two.inputs, *two.outputs)}
    writer.columns = {column: port.name for port, column in zip(two.inputs, two.program.inputs, strict=True)}
    takes = [n for n in topological(two.program.outputs) if n.op == "gather" and n.operands[0] in writer.columns]
    writer.rows = depending([n.operands[1] for n in takes], two.program.state) | set(writer.columns)
    writer.batch_of = two.inputs[0].name
    for port, a, b in zip(two.outputs, two.program.outputs, three.program.outputs, strict=True):
        writer.add("Identity", [writer.value(a, b)], output=port.name)
    info = lambda p: onnx.helper.make_tensor_value_info(p.name, kinds[p.name], ["batch", *p.shape])
    graph = onnx.helper.make_graph(
        writer.nodes, title, list(map(info, two.inputs)), list(map(info, two.outputs)), writer.constants
    )
    opsets = [onnx.helper.make_opsetid("", OPSET)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=IR, producer_name="oribi")
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


class Writer:
    """Collects the nodes of an ONNX graph.

    Attributes:
        columns: the graph's inputs that stand for data, and their names.
        rows: nodes that say which rows of the data a batch is, and the columns themselves.
        batch_of: the input whose first axis says how large the batch is.
        nodes, constants: what was added so far.
    """

    def __init__(self, onnx: Any) -> None:
        self.onnx = onnx
        self.columns: dict[Node, str] = {}
        self.rows: set[Node] = set()
        self.batch_of = ""
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.names: dict[Node, str] = {}
        self._known: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._batch = ""
        self._count = 0

    def name(self, stem: str) -> str:
        self._count += 1
        return f"{stem}_{self._count}"

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
        if two.op not in RULES:
            where = f" (in {two.origin})" if two.origin else ""
            raise NotImplementedError(f"onnx: {two.op} is not there yet{where}")
        return RULES[two.op](self, two, three, [self.names[o] for o in two.operands])

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


# --- elementwise ------------------------------------------------------------------------------------------------------


def _plain(op: str, **attributes: Any) -> Rule:
    return lambda w, a, b, x: w.add(op, x, **attributes)


def _chain(*ops: str) -> Rule:
    def rule(w: Writer, a: Node, b: Node, x: list[str]) -> str:
        result = w.add(ops[0], x)
        for op in ops[1:]:
            result = w.add(op, [result])
        return result

    return rule


def _logical(on_bool: str, on_bits: str) -> Rule:
    return lambda w, a, b, x: w.add(on_bool if a.operands[0].dtype == "bool" else on_bits, x)


def _one(w: Writer, node: Node) -> str:
    return w.constant(1, node.dtype)


def _cast(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    return w.add("Cast", x, to=w.kind(a.dtype))


def _is_finite(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    return w.add("Not", [w.add("Or", [w.add("IsNaN", x), w.add("IsInf", x)])])


# --- structural -------------------------------------------------------------------------------------------------------


def _reshape(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    return w.reshape(x[0], (a.shape, b.shape))


def _transpose(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    return w.add("Transpose", x, perm=list(a.attributes["permutation"]))


def _slice(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    starts, strides = a.attributes["start"], a.attributes["strides"]
    ends = []
    for axis, limits in enumerate(zip(a.attributes["limit"], b.attributes["limit"], strict=True)):
        whole = (a.operands[0].shape[axis], b.operands[0].shape[axis])
        if limits != whole and limits[0] != limits[1]:
            raise NotImplementedError("onnx: the model takes a part of the batch that depends on its size")
        ends.append(ALL if limits == whole else limits[0])
    if starts != b.attributes["start"]:
        raise NotImplementedError("onnx: the model takes a part of the batch that depends on its size")
    return w.slice(x[0], starts, ends, range(len(starts)), strides)


def _pad(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    low, high, interior, value = (a.attributes[key] for key in ("low", "high", "interior", "value"))
    shapes = a.operands[0].shape, b.operands[0].shape
    return w.pad(w.spread(x[0], shapes, interior, value, a.dtype), low, high, value, a.dtype)


def _reverse(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    axes = a.attributes["axes"]
    return w.slice(x[0], [-1] * len(axes), [-ALL] * len(axes), axes, [-1] * len(axes))


def _iota(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    axis = a.attributes["axis"]
    column = [-1 if i == axis else 1 for i in range(len(a.shape))]
    if a.shape[axis] == b.shape[axis]:
        ramp = w.constant(np.arange(a.shape[axis]).reshape(column), a.dtype)
    else:
        count = w.add("Squeeze", [w.shape(((a.shape[axis],), (b.shape[axis],)))])
        numbers = w.add("Range", [w.constant(0), count, w.constant(1)])
        ramp = w.add("Cast", [w.add("Reshape", [numbers, w.constant(column)])], to=w.kind(a.dtype))
    return w.expand(ramp, (a.shape, b.shape))


def _broadcast(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    axes = a.attributes["axes"]

    def placed(node: Node) -> tuple[int, ...]:
        at = dict(zip(axes, node.operands[0].shape, strict=True))
        return tuple(at.get(axis, 1) for axis in range(len(node.shape)))

    return w.expand(w.reshape(x[0], (placed(a), placed(b))), (a.shape, b.shape))


# --- reductions, contractions, windows --------------------------------------------------------------------------------


def _reduce(op: str) -> Rule:
    def rule(w: Writer, a: Node, b: Node, x: list[str]) -> str:
        if not a.attributes["axes"]:
            return x[0]
        return w.add(op, [x[0], w.constant(a.attributes["axes"])], keepdims=0)

    return rule


def _reduce_bool(op: str) -> Rule:
    def rule(w: Writer, a: Node, b: Node, x: list[str]) -> str:
        number = w.add("Cast", x, to=w.kind("int32"))
        return w.add("Cast", [_reduce(op)(w, a, b, [number])], to=w.kind("bool"))

    return rule


def _arg(op: str) -> Rule:
    def rule(w: Writer, a: Node, b: Node, x: list[str]) -> str:
        found = w.add(op, x, axis=a.attributes["axis"], keepdims=0)
        return w.add("Cast", [found], to=w.kind(a.dtype))

    return rule


def _dot(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    contract, batch = a.attributes["contract"], a.attributes["batch"]
    ranks = [len(o.shape) for o in a.operands]
    if not batch[0] and contract == ((ranks[0] - 1,), (0,)) and ranks[1] == 2:
        return w.add("MatMul", x)
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    sides: list[dict[int, str]] = [{}, {}]
    for pairs in (batch, contract):
        for left, right in zip(*pairs, strict=True):
            sides[0][left] = sides[1][right] = next(letters)
    shared = [sides[0][axis] for axis in batch[0]]
    free = [free_axes(ranks[i], contract[i], batch[i]) for i in (0, 1)]
    for side, axes in zip(sides, free, strict=True):
        side.update((axis, next(letters)) for axis in axes)
    result = [*shared, *(sides[0][axis] for axis in free[0]), *(sides[1][axis] for axis in free[1])]
    words = ["".join(side[axis] for axis in range(rank)) for side, rank in zip(sides, ranks, strict=True)]
    return w.add("Einsum", x, equation=f"{','.join(words)}->{''.join(result)}")


def _first(w: Writer, x: str, rank: int) -> str:
    """Channels-first, as ONNX has its images."""
    return w.add("Transpose", [x], perm=[0, rank - 1, *range(1, rank - 1)])


def _last(w: Writer, x: str, rank: int) -> str:
    return w.add("Transpose", [x], perm=[0, *range(2, rank), 1])


def _fitted(w: Writer, x: str, shapes: Shapes, axes: Sequence[Axis], value: Any, dtype: str) -> tuple[str, list[int]]:
    """An operand with its holes filled and cropped, and the padding that is left to the window."""
    x = w.spread(x, shapes, [0, *(axis.base - 1 for axis in axes), 0], value, dtype)
    cuts = [[min(0, n) for n in (axis.low, axis.high)] for axis in axes]
    x = w.pad(x, [0, *(c[0] for c in cuts), 0], [0, *(c[1] for c in cuts), 0], value, dtype)
    return x, [*(max(0, axis.low) for axis in axes), *(max(0, axis.high) for axis in axes)]


def _conv(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    lhs, rhs = a.operands
    at, rank = a.attributes, len(lhs.shape)
    axes = conv_axes(lhs.shape, rhs.shape, at["strides"], at["padding"], at["lhs_dilation"], at["rhs_dilation"])
    data, pads = _fitted(w, x[0], (lhs.shape, b.operands[0].shape), axes, 0, a.dtype)
    kernel = w.add("Transpose", [x[1]], perm=[rank - 1, rank - 2, *range(rank - 2)])
    how: dict[str, Any] = {
        "strides": list(at["strides"]),
        "dilations": list(at["rhs_dilation"]),
        "group": at["groups"],
        "pads": pads,
    }
    return _last(w, w.add("Conv", [_first(w, data, rank), kernel], **how), rank)


def _window(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    operand, reducer = a.operands[0], a.attributes["reducer"]
    rank, (batch, *axes, channels) = len(operand.shape), window_axes(operand.shape, a.attributes)
    plain = all(
        axis.window == axis.stride == axis.base == 1 and not axis.low and not axis.high for axis in (batch, channels)
    )
    if not plain or not axes or not dtypes.is_float(a.dtype):
        raise NotImplementedError("onnx: windows over the batch, over channels or over whole numbers are not there yet")
    start = start_value(reducer, a.dtype)
    data, pads = _fitted(w, x[0], (operand.shape, b.operands[0].shape), axes, start, a.dtype)
    if any(pad >= axis.window for axis, pad in zip([*axes, *axes], pads, strict=True)):
        half = len(axes)
        data, pads = w.pad(data, [0, *pads[:half], 0], [0, *pads[half:], 0], start, a.dtype), [0] * len(pads)
    how: dict[str, Any] = {"kernel_shape": [s.window for s in axes], "strides": [s.stride for s in axes], "pads": pads}
    how["dilations"] = [s.dilation for s in axes]
    data = _first(w, data, rank)
    if reducer == "sum":
        if any(s.dilation > 1 for s in axes):
            raise NotImplementedError("onnx: sums of dilated windows are not there yet")
        del how["dilations"]
        mean = w.add("AveragePool", [data], count_include_pad=1, **how)
        result = w.add("Mul", [mean, w.constant(size_of(s.window for s in axes), a.dtype)])
    elif reducer == "max":
        result = w.add("MaxPool", [data], **how)
    else:
        result = w.add("Neg", [w.add("MaxPool", [w.add("Neg", [data])], **how)])
    return _last(w, result, rank)


# --- indexing and order -----------------------------------------------------------------------------------------------


def _gather(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    table, indices = a.operands
    axis = a.attributes["axis"]
    if table.shape[axis] != b.operands[0].shape[axis]:
        raise NotImplementedError("onnx: the model takes rows of the batch by number")
    index = x[1] if indices.dtype == "int64" else w.add("Cast", [x[1]], to=w.kind("int64"))
    inside = w.add("Clip", [index, w.constant(0), w.constant(table.shape[axis] - 1)])
    return w.add("Gather", [x[0], inside], axis=axis)


def _cumsum(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    return w.add("CumSum", [x[0], w.constant(a.attributes["axis"])], reverse=int(a.attributes["reverse"]))


def _argsort(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    axis = a.attributes["axis"]
    values, indices = w.name("values"), w.name("indices")
    how = {"axis": axis, "largest": int(a.attributes["descending"]), "sorted": 1}
    count = w.shape(((a.shape[axis],), (b.shape[axis],)))
    w.nodes.append(w.onnx.helper.make_node("TopK", [x[0], count], [values, indices], **how))
    return w.add("Cast", [indices], to=w.kind(a.dtype))


# --- loops ------------------------------------------------------------------------------------------------------------


def _scan(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    """The names of all results, one a line; `_element` takes one of them."""
    body, other = a.attributes["body"], b.attributes["body"]
    scanned, length = a.attributes["scanned"], a.attributes["length"]
    if length != b.attributes["length"]:
        raise NotImplementedError("onnx: the model has a loop as long as the batch")
    stays = len(body.inputs) - scanned
    inner = Writer(w.onnx)
    inner._count, inner.batch_of = w._count + 1_000_000 * (1 + len(w.nodes)), w.batch_of
    inner.names.update(zip(body.inputs[:stays], x, strict=False))
    helper, inputs = w.onnx.helper, []
    for node in (*body.state, *body.inputs[stays:]):
        inner.names[node] = inner.name("in")
        inputs.append(helper.make_tensor_value_info(inner.names[node], w.kind(node.dtype), None))
    outputs = []
    for two, three in zip((*body.updates, *body.outputs), (*other.updates, *other.outputs), strict=True):
        name = inner.add("Identity", [inner.value(two, three)])
        outputs.append(helper.make_tensor_value_info(name, w.kind(two.dtype), None))
    graph = helper.make_graph(inner.nodes, w.name("body"), inputs, outputs, inner.constants)
    results = [w.name("scan") for _ in outputs]
    backwards = int(a.attributes["reverse"])
    directions = {
        "scan_input_directions": [backwards] * scanned,
        "scan_output_directions": [backwards] * len(body.outputs),
    }
    used = {key: value for key, value in directions.items() if value}
    order = [*x[len(body.inputs) :], *x[stays : len(body.inputs)]]
    w.nodes.append(helper.make_node("Scan", order, results, body=graph, num_scan_inputs=scanned, **used))
    return "\n".join(results)


def _element(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    return x[0].split("\n")[a.attributes["index"]]


RULES: dict[str, Rule] = {
    **{
        name: _plain(op)
        for name, op in {
            "neg": "Neg",
            "abs": "Abs",
            "sign": "Sign",
            "exp": "Exp",
            "log": "Log",
            "sqrt": "Sqrt",
            "sin": "Sin",
            "cos": "Cos",
            "tanh": "Tanh",
            "logistic": "Sigmoid",
            "erf": "Erf",
            "floor": "Floor",
            "ceil": "Ceil",
            "round_nearest_even": "Round",
            "stop_gradient": "Identity",
            "add": "Add",
            "sub": "Sub",
            "mul": "Mul",
            "div": "Div",
            "pow": "Pow",
            "max": "Max",
            "min": "Min",
            "eq": "Equal",
            "lt": "Less",
            "le": "LessOrEqual",
            "gt": "Greater",
            "ge": "GreaterOrEqual",
            "select": "Where",
        }.items()
    },
    "rsqrt": _chain("Sqrt", "Reciprocal"),
    "ne": _chain("Equal", "Not"),
    "expm1": lambda w, a, b, x: w.add("Sub", [w.add("Exp", x), _one(w, a)]),
    "log1p": lambda w, a, b, x: w.add("Log", [w.add("Add", [*x, _one(w, a)])]),
    "is_finite": _is_finite,
    "not": _logical("Not", "BitwiseNot"),
    "and": _logical("And", "BitwiseAnd"),
    "or": _logical("Or", "BitwiseOr"),
    "xor": _logical("Xor", "BitwiseXor"),
    "rem": _plain("Mod", fmod=1),
    "convert": _cast,
    "reshape": _reshape,
    "transpose": _transpose,
    "slice": _slice,
    "pad": _pad,
    "concatenate": lambda w, a, b, x: w.add("Concat", x, axis=a.attributes["axis"]),
    "reverse": _reverse,
    "iota": _iota,
    "broadcast_in_dim": _broadcast,
    "reduce_sum": _reduce("ReduceSum"),
    "reduce_prod": _reduce("ReduceProd"),
    "reduce_max": _reduce("ReduceMax"),
    "reduce_min": _reduce("ReduceMin"),
    "reduce_and": _reduce_bool("ReduceMin"),
    "reduce_or": _reduce_bool("ReduceMax"),
    "argmax": _arg("ArgMax"),
    "argmin": _arg("ArgMin"),
    "dot_general": _dot,
    "conv_general_dilated": _conv,
    "reduce_window": _window,
    "gather": _gather,
    "cumsum": _cumsum,
    "argsort": _argsort,
    "scan": _scan,
    "element": _element,
}
