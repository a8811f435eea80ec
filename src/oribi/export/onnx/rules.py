"""rules: one for each primitive that ONNX has words for."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from oribi.graph import dtypes
from oribi.graph.contraction import free_axes
from oribi.graph.node import Node, size_of
from oribi.graph.windows import Axis, conv_axes, start_value, window_axes

from .writer import Rule, Shapes, Writer

ALL = 2**63 - 1  # the end of an axis, however long


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
    """A scan whose results `_element` picks out."""
    body, other = a.attributes["body"], b.attributes["body"]
    scanned, length = a.attributes["scanned"], a.attributes["length"]
    if length != b.attributes["length"]:
        raise NotImplementedError("onnx: the model has a loop as long as the batch")
    stays = len(body.inputs) - scanned
    inner = Writer(w.onnx, w.rules, w.count)
    inner.batch_of = w.batch_of
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
    w.results[a] = results
    return ""


def _element(w: Writer, a: Node, b: Node, x: list[str]) -> str:
    return w.results[a.operands[0]][a.attributes["index"]]


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
