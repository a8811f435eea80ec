"""Every primitive as rows: how to call it, on which operands. The tests of graph and engines walk this table."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oribi.graph import (
    contraction,
    control,
    elementwise,
    indexing,
    linalg,
    ordered,
    random,
    reductions,
    scan,
    structural,
    windows,
)
from oribi.graph.kinds import Kind
from oribi.graph.node import Node, constant, no_gradient, parameter
from oribi.graph.program import Program

SHAPES = ((), (1,), (7,), (16,), (33,), (0,), (2, 3), (5, 17), (1, 40), (3, 0, 2), (2, 3, 19), (4, 1, 5))


@dataclass(frozen=True)
class Case:
    """One call of a primitive.

    Attributes:
        name: the primitive.
        shapes: of the operands.
        build: makes the node of the operands.
        dtypes: to try; every operand has the same unless `fixed` says otherwise.
        low, high: the range of random operands, inside the primitive's domain.
        fixed: dtypes of operands that do not vary, by position.
        smooth: it has a gradient to check.
    """

    name: str
    shapes: tuple[tuple[int, ...], ...]
    build: Callable[..., Node]
    dtypes: tuple[str, ...] = ("float32", "float64")
    low: float = -3.0
    high: float = 3.0
    fixed: dict[int, str] = field(default_factory=dict)
    smooth: bool = True

    def __str__(self) -> str:
        return f"{self.name}-{'x'.join(map(str, self.shapes))}".replace(" ", "")

    def operands(self, dtype: str) -> list[Node]:
        return [parameter(f"x{i}", s, self.fixed.get(i, dtype)) for i, s in enumerate(self.shapes)]

    def arrays(self, dtype: str, seed: int = 0) -> list[Any]:
        rng = np.random.default_rng(seed)
        made = []
        for i, shape in enumerate(self.shapes):
            kind = np.dtype(self.fixed.get(i, dtype))
            low, high = (self.low, self.high) if kind.kind != "u" else (0, 9)
            values = np.asarray(rng.uniform(low, high, shape))
            values = values > 0 if kind.kind == "b" else np.trunc(values) if kind.kind in "iu" else values
            made.append(np.asarray(values, kind))
        return made


INTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32")
NUMBERS = ("float32", "float64", *INTS)


def _elementwise() -> list[Case]:
    positive = {"log", "sqrt", "rsqrt"}
    rows = []
    for name, primitive in elementwise.TABLE.items():
        if name in ("select", "convert"):
            continue
        arity = 1 if any(_accepts(primitive, 1, d) for d in (*NUMBERS, "bool")) else 2
        accepted = [d for d in (*NUMBERS, "bool") if _accepts(primitive, arity, d)]
        smooth = "float64" in accepted and primitive.gradient is not no_gradient
        low = 0.1 if name in positive or name == "pow" else -0.9 if name == "log1p" else -3.0
        for shape in SHAPES:
            call = (lambda p: lambda *xs: p(*xs))(primitive)
            rows.append(Case(name, (shape,) * arity, call, tuple(accepted), low=low, smooth=smooth))
    return rows


def _accepts(primitive: Any, arity: int, dtype: str) -> bool:
    try:
        primitive(*(parameter("x", (2,), dtype) for _ in range(arity)))
    except ValueError:
        return False
    return True


def _select() -> list[Case]:
    return [Case("select", (s, s, s), elementwise.select, (*NUMBERS, "bool"), fixed={0: "bool"}) for s in SHAPES]


def _convert() -> list[Case]:
    return [
        Case(
            "convert",
            (s,),
            (lambda d: lambda x: elementwise.convert_p(x, dtype=d))(d),
            (*NUMBERS, "bool"),
            smooth=d == "float64",
        )
        for s in ((), (19,), (2, 5))
        for d in (*NUMBERS, "bool")
    ]


def _structural() -> list[Case]:
    st = structural
    return [
        Case("reshape", ((6,),), lambda x: st.reshape(x, (2, 3))),
        Case("reshape", ((2, 3, 5),), lambda x: st.reshape(x, (5, 6))),
        Case("reshape", ((4, 35),), lambda x: st.reshape(x, (2, 2, 5, 7)), NUMBERS),
        Case("reshape", ((0, 3),), lambda x: st.reshape(x, (3, 0))),
        Case("transpose", ((3, 18),), lambda x: st.transpose(x, (1, 0)), NUMBERS),
        Case("transpose", ((2, 3, 17),), lambda x: st.transpose(x, (2, 0, 1))),
        Case("slice", ((10,),), lambda x: st.slice_(x, (2,), (9,), (3,))),
        Case("slice", ((5, 40),), lambda x: st.slice_(x, (1, 3), (4, 39), (1, 1)), NUMBERS),
        Case("slice", ((5, 4),), lambda x: st.slice_(x, (5, 0), (5, 4))),
        Case("pad", ((3,),), lambda x: st.pad(x, (2,), (1,), (2,), 7)),
        Case("pad", ((2, 17),), lambda x: st.pad(x, (1, 2), (0, 3)), NUMBERS),
        Case("pad", ((4, 20),), lambda x: st.pad(x, (-1, -2), (-1, 3), (0, 1), 1.5)),
        Case("pad", ((0, 2),), lambda x: st.pad(x, (2, 0), (1, 1))),
        Case("concatenate", ((3,), (20,), (0,)), lambda *xs: st.concatenate(*xs, axis=0)),
        Case("concatenate", ((2, 5), (2, 1)), lambda *xs: st.concatenate(*xs, axis=1), NUMBERS),
        Case("concatenate", ((2, 17), (3, 17)), lambda *xs: st.concatenate(*xs, axis=0)),
        Case("reverse", ((3, 18),), lambda x: st.reverse(x, axes=(1,)), NUMBERS),
        Case("reverse", ((3, 4),), lambda x: st.reverse(x, axes=(0, 1))),
        *(
            Case("iota", (), (lambda d: lambda: st.iota(shape=(3, 21), dtype=d, axis=a))(d), smooth=False)
            for a in (0, 1)
            for d in NUMBERS
        ),
        Case("broadcast_in_dim", ((),), lambda x: reductions.broadcast_in_dim(x, (3, 20), ()), NUMBERS),
        Case("broadcast_in_dim", ((3,),), lambda x: reductions.broadcast_in_dim(x, (3, 20), (0,))),
        Case("broadcast_in_dim", ((20,),), lambda x: reductions.broadcast_in_dim(x, (3, 20), (1,))),
        Case("broadcast_in_dim", ((1, 5),), lambda x: reductions.broadcast_in_dim(x, (4, 2, 5), (1, 2))),
    ]


def _reductions() -> list[Case]:
    rows = []
    for primitive in (p for p in reductions.TABLE.values() if p.kind is Kind.REDUCTION):
        bools = primitive.name in ("reduce_and", "reduce_or")
        for shape, axes in (
            ((7,), (0,)),
            ((300,), (0,)),
            ((4, 33), (1,)),
            ((4, 33), (0,)),
            ((3, 5, 18), (0, 2)),
            ((3, 5, 18), (1,)),
            ((2, 1), (1,)),
            ((5, 4, 3), (0, 1, 2)),
            ((0, 4), (0,)),
            ((0, 4), (1,)),
        ):
            if primitive.name in ("reduce_max", "reduce_min") and any(shape[a] == 0 for a in axes):
                continue
            call = (lambda p, a: lambda x: p(x, axes=a))(primitive, axes)
            rows.append(Case(primitive.name, (shape,), call, ("bool",) if bools else NUMBERS, smooth=not bools))
    for primitive in (reductions.argmax, reductions.argmin):
        for shape, axis in (((7,), 0), ((4, 10), 1), ((4, 33), 0), ((2, 3, 5), 1)):
            call = (lambda p, a: lambda x: p(x, axis=a, dtype="int64"))(primitive, axis)
            rows.append(Case(primitive.name, (shape,), call, NUMBERS, smooth=False))
    return rows


def _contractions() -> list[Case]:
    dot = contraction.dot_general
    specs = (
        ((3, 4), (4, 5), ((1,), (0,)), ((), ())),
        ((33, 70), (70, 130), ((1,), (0,)), ((), ())),
        ((17, 9), (21, 9), ((1,), (1,)), ((), ())),
        ((9, 17), (9, 40), ((0,), (0,)), ((), ())),
        ((1, 50), (50, 37), ((1,), (0,)), ((), ())),
        ((50,), (50,), ((0,), (0,)), ((), ())),
        ((6, 50), (50,), ((1,), (0,)), ((), ())),
        ((50,), (50, 6), ((0,), (0,)), ((), ())),
        ((50,), (6, 50), ((0,), (1,)), ((), ())),
        ((3,), (4,), ((), ()), ((), ())),
        ((40, 3), (3, 1), ((1,), (0,)), ((), ())),
        ((3, 40), (3, 1), ((0,), (0,)), ((), ())),
        ((2, 5, 7), (2, 7, 19), ((2,), (1,)), ((0,), (0,))),
        ((2, 3, 5, 7), (2, 3, 11, 7), ((3,), (3,)), ((0, 1), (0, 1))),
        ((4, 6, 5), (6, 5, 18), ((1, 2), (0, 1)), ((), ())),
        ((4, 6, 5), (5, 6, 18), ((2, 1), (0, 1)), ((), ())),
        ((3, 0), (0, 4), ((1,), (0,)), ((), ())),
        ((0, 3), (3, 4), ((1,), (0,)), ((), ())),
        ((5, 2), (5, 2), ((1,), (1,)), ((0,), (0,))),
        ((20, 3), (20, 3), ((1,), (1,)), ((0,), (0,))),
    )
    calls = [(a, b, (lambda c, d: lambda x, y: dot(x, y, c, d))(c, d)) for a, b, c, d in specs]
    return [Case("dot_general", (a, b), call, ("float32", "float64", "int32", "int64")) for a, b, call in calls]


def _indexing() -> list[Case]:
    gather, scatter = indexing.gather, indexing.scatter_add
    return [
        Case("gather", ((5,), (9,)), lambda x, i: gather(x, i, 0), NUMBERS, fixed={1: "int32"}),
        Case("gather", ((5, 18), (3,)), lambda x, i: gather(x, i, 0), fixed={1: "int64"}),
        Case("gather", ((4, 5), (2, 17)), lambda x, i: gather(x, i, 1), fixed={1: "uint8"}),
        Case("gather", ((5, 3), (0,)), lambda x, i: gather(x, i, 0), fixed={1: "int32"}),
        Case("scatter_add", ((5,), (9,), (9,)), lambda x, i, u: scatter(x, i, u, 0), NUMBERS, fixed={1: "int32"}),
        Case("scatter_add", ((5, 18), (3,), (3, 18)), lambda x, i, u: scatter(x, i, u, 0), fixed={1: "int64"}),
        Case("scatter_add", ((4, 5), (2, 3), (4, 2, 3)), lambda x, i, u: scatter(x, i, u, 1), fixed={1: "int32"}),
    ]


def _ordered() -> list[Case]:
    rows = []
    for shape, axis in (((7,), 0), ((4, 33), 1), ((4, 33), 0), ((3, 5, 18), 1), ((1, 1), 0), ((0, 3), 0), ((0, 3), 1)):
        for primitive in (ordered.cumsum, ordered.cumprod):
            for reverse in (False, True):
                call = (lambda p, **kw: lambda x: p(x, **kw))(primitive, axis=axis, reverse=reverse)
                rows.append(Case(primitive.name, (shape,), call, NUMBERS if axis else ("float32", "float64")))
        for descending in (False, True):
            call = (lambda **kw: lambda x: ordered.argsort(x, **kw))(axis=axis, descending=descending)
            rows.append(Case("argsort", (shape,), call, NUMBERS, smooth=False))
    zeros = lambda x: ordered.cumprod(elementwise.mul(x, constant(np.array([1, 0, 2, 0, 3.0]))), axis=0, reverse=False)
    return [*rows, Case("cumprod", ((5,),), zeros, ("float64",))]


def _dynamic() -> list[Case]:
    cut, put = indexing.dynamic_slice, indexing.dynamic_update_slice
    starts = {1: "int32", 2: "int64"}
    later = {2: "int32", 3: "int8"}
    return [
        Case("dynamic_slice", ((9, 40), (), ()), lambda x, i, j: cut(x, i, j, sizes=(4, 33)), NUMBERS, fixed=starts),
        Case("dynamic_slice", ((5, 4), (), ()), lambda x, i, j: cut(x, i, j, sizes=(0, 4)), fixed=starts),
        Case(
            "dynamic_update_slice", ((9, 40), (4, 33), (), ()), lambda x, u, i, j: put(x, u, i, j), NUMBERS, fixed=later
        ),
        Case("dynamic_update_slice", ((5, 4), (5, 0), (), ()), lambda x, u, i, j: put(x, u, i, j), fixed=later),
    ]


def _network(reverse: bool, length: int) -> Callable[..., Node]:
    """A scan as a recurrent layer makes it: products with slices and with the state, a sum, a state that is read late."""

    def build(x: Node, w: Node, u: Node, b: Node, h: Node, s: Node) -> Node:
        dtype, stays = x.dtype, [parameter(n, p.shape, x.dtype) for n, p in zip("wub", (w, u, b), strict=True)]
        one, before, total = (
            parameter("x", x.shape[1:], dtype),
            parameter("h", h.shape, dtype),
            parameter("s", (), dtype),
        )
        dot = lambda p, q: contraction.dot_general(p, q, ((1,), (0,)))
        z = elementwise.add(dot(one, stays[0]), dot(before, stays[1]))
        new = elementwise.tanh(elementwise.add(z, reductions.broadcast_in_dim(stays[2], h.shape, (1,))))
        more = elementwise.add(total, reductions.reduce_sum(elementwise.mul(new, before), (0, 1)))
        body = Program(
            (*stays, one), (before, total), (new, more), (elementwise.mul(new, new), elementwise.sin(before))
        )
        last, stacks = scan.scan(body, [w, u, b], [x], [h, s], length, reverse)
        parts = [*last, *stacks]
        return structural.concatenate(*(structural.reshape(p, (p.size,)) for p in parts), axis=0)

    return build


def _control() -> list[Case]:
    rows = []
    for length, batch, features, units in ((4, 3, 2, 5), (1, 1, 1, 1), (7, 18, 3, 17), (0, 2, 3, 4)):
        shapes = ((length, batch, features), (features, units), (units, units), (units,), (batch, units), ())
        for reverse in (False, True):
            rows.append(Case("scan", shapes, _network(reverse, length), low=-1, high=1))
            call = lambda *xs: structural.slice_(_network(False, 4)(*xs), (0,), (15,))
            rows.append(Case("element", ((4, 3, 2), (2, 5), (5, 5), (5,), (3, 5), ()), call, low=-1, high=1))

    def doubled(x: Node, limit: Node) -> Node:
        state = parameter("s", x.shape, x.dtype), parameter("n", (), "int32")
        more = elementwise.lt(state[1], elementwise.min(limit, constant(np.array(5, "int32"))))
        updates = elementwise.mul(state[0], x), elementwise.add(state[1], constant(np.array(1, "int32")))
        return control.while_loop(state, more, updates, (x, constant(np.array(-3, "int32"))))[0]

    def chosen(x: Node, y: Node, n: Node) -> Node:
        predicate = elementwise.gt(n, constant(np.array(0, "int32")))
        product = contraction.dot_general(x, y, ((1,), (0,)))
        left, right = control.cond(
            predicate, [product, elementwise.sin(y)], [elementwise.tanh(x), elementwise.mul(y, y)]
        )
        return elementwise.add(left, right)

    rows += [Case("while_loop", (s, ()), doubled, fixed={1: "int32"}, smooth=False) for s in ((), (3, 17))]
    rows += [Case("cond", ((n, n), (n, n), ()), chosen, fixed={2: "int32"}) for n in (1, 5, 18)]
    return rows


def _windows() -> list[Case]:
    conv, pool, select = windows.conv_general_dilated, windows.reduce_window, windows.select_and_scatter_add
    ones, none = (1, 1), ((0, 0), (0, 0))
    convolutions = (  # operand, kernel, strides, padding, operand's dilation, kernel's dilation, groups
        ((2, 7, 3), (3, 3, 5), (1,), ((0, 0),), (1,), (1,), 1),
        ((2, 9, 4), (4, 4, 17), (2,), ((1, 2),), (1,), (2,), 1),
        ((3, 6, 5, 2), (3, 3, 2, 4), ones, ((1, 1), (1, 1)), ones, ones, 1),
        ((2, 8, 7, 3), (3, 2, 3, 33), (2, 1), none, ones, ones, 1),
        ((1, 4, 5, 3), (3, 3, 3, 2), ones, ((2, 2), (1, 3)), (2, 3), ones, 1),
        ((2, 5, 5, 6), (3, 3, 2, 9), ones, ((1, 1), (0, 1)), ones, (1, 2), 3),
        ((2, 5, 6, 18), (3, 3, 1, 18), (1, 2), ((1, 1), (1, 1)), ones, ones, 18),
        ((2, 5, 4, 3), (2, 2, 1, 6), ones, none, ones, ones, 3),
        ((2, 6, 6, 3), (1, 1, 3, 1), ones, none, ones, ones, 1),
        ((1, 7, 7, 1), (5, 5, 1, 1), ones, ((-1, 0), (0, -2)), ones, ones, 1),
        ((1, 3, 4, 3, 2), (2, 2, 2, 2, 3), (1, 1, 1), ((0, 1), (0, 0), (1, 1)), (1, 1, 1), (1, 1, 1), 1),
        ((0, 5, 3), (3, 3, 2), (1,), ((0, 0),), (1,), (1,), 1),
        ((2, 2, 3), (3, 3, 2), (1,), ((0, 0),), (1,), (1,), 1),
        ((40, 18, 17, 3), (3, 3, 3, 5), ones, ((1, 1), (1, 1)), ones, ones, 1),
    )
    rows = []
    for lhs, rhs, *given in convolutions:
        call = (lambda g: lambda x, w: conv(x, w, *g))(given)
        rows.append(Case("conv_general_dilated", (lhs, rhs), call, ("float32", "float64", "int32")))
    pools = (  # operand, window, strides, padding
        ((2, 6, 6, 3), (1, 2, 2, 1), (1, 2, 2, 1), ((0, 0),) * 4),
        ((2, 7, 5, 18), (1, 2, 2, 1), (1, 2, 2, 1), ((0, 0), (0, 1), (0, 1), (0, 0))),
        ((1, 7, 7, 4), (1, 3, 3, 1), (1, 2, 2, 1), ((0, 0), (1, 1), (1, 1), (0, 0))),
        ((1, 8, 9, 2), (1, 2, 3, 1), (1, 2, 3, 1), ((0, 0),) * 4),
        ((2, 9, 3), (1, 3, 1), (1, 1, 1), ((0, 0),) * 3),
        ((33,), (4,), (3,), ((1, 2),)),
        ((2, 3, 20), (1, 1, 3), (1, 1, 2), ((0, 0), (0, 0), (1, 0))),
        ((2, 3), (1, 4), (1, 1), ((0, 0), (0, 0))),
        ((0, 3), (1, 2), (1, 1), ((0, 0), (0, 0))),
    )
    for reducer in ("sum", "max", "min"):
        for shape, window, strides, padding in pools:
            call = (lambda r, *g: lambda x: pool(x, r, *g))(reducer, window, strides, padding)
            rows.append(Case("reduce_window", (shape,), call, ("float32", "float64", "int32", "uint8")))
    dilated = lambda x: pool(x, "sum", (2, 3), (2, 1), ((1, 1), (0, 2)), (2, 1), (1, 2))
    rows.append(Case("reduce_window", ((5, 18),), dilated))
    for reducer in ("max", "min"):
        for shape, window, strides, padding in pools:
            axes = [
                windows.Axis(n, *r) for n, *r in zip(shape, window, strides, *zip(*padding, strict=True), strict=True)
            ]
            out = tuple(axis.out for axis in axes)
            call = (lambda r, *g: lambda x, s: select(x, s, r, *g))(reducer, window, strides, padding)
            rows.append(Case("select_and_scatter_add", (shape, out), call, ("float32", "float64", "int32")))
    return rows


def _random() -> list[Case]:
    return [
        Case("random_bits", ((2,),), (lambda s: lambda k: random.random_bits(k, s))(s), ("uint32",), smooth=False)
        for s in ((), (5,), (3, 17), (0,))
    ]


def _foreign() -> list[Case]:
    """Decompositions of matrices that have one: made positive definite, or symmetric, first."""
    product = lambda x, y: contraction.dot_general(x, y, ((len(x.shape) - 1,), (len(y.shape) - 2,)), _batch(x))
    flipped = lambda x: structural.transpose(x, (*range(len(x.shape) - 2), len(x.shape) - 1, len(x.shape) - 2))
    identity = lambda x, factor: constant(np.broadcast_to(factor * np.eye(x.shape[-1]), x.shape).astype(x.dtype))
    definite = lambda x: elementwise.add(product(x, flipped(x)), identity(x, 2))
    distinct = lambda x: elementwise.add(elementwise.add(x, flipped(x)), constant(_ladder(x.shape).astype(x.dtype)))

    def exponential(x: Node) -> Node:
        values, vectors = linalg.eigh(elementwise.mul(distinct(x), elementwise.full_like(x, 0.1)))
        rank = len(x.shape)
        scale = reductions.broadcast_in_dim(elementwise.exp(values), x.shape, (*range(rank - 2), rank - 1))
        return product(elementwise.mul(vectors, scale), flipped(vectors))

    rows = []
    for batch in ((), (3,), (2, 2), (0,)):
        for n in (1, 2, 5):
            square = (*batch, n, n)
            rows += [
                Case("cholesky", (square,), lambda x: linalg.cholesky(definite(x))),
                Case("solve", (square, (*batch, n, 3)), lambda x, b: linalg.solve(definite(x), b)),
                Case("eigh", (square,), lambda x: linalg.eigh(distinct(x))[0]),
                Case("eigh", (square,), exponential),
            ]
    return rows


def _batch(x: Node) -> tuple[tuple[int, ...], tuple[int, ...]]:
    axes = tuple(range(len(x.shape) - 2))
    return axes, axes


def _ladder(shape: tuple[int, ...]) -> np.ndarray:
    """Diagonals whose entries lie far apart, and so do eigenvalues then."""
    return np.broadcast_to(np.diag(20.0 * np.arange(shape[-1])), shape)


CASES = [
    *_elementwise(),
    *_select(),
    *_convert(),
    *_structural(),
    *_reductions(),
    *_contractions(),
    *_indexing(),
    *_ordered(),
    *_dynamic(),
    *_control(),
    *_windows(),
    *_random(),
    *_foreign(),
]
