"""Decompositions and solutions of matrices: foreign primitives, which engines leave to a library such as LAPACK.

A foreign primitive gives a tuple. What it gives, shapes and dtypes, is its attribute `results`; a rule of the reference engine
computes it, and other engines may call that in the middle of their programs. Leading axes are a batch of matrices. A matrix that
has no such decomposition gives NaN.
"""

from . import dtypes
from .contraction import dot_general
from .control import Spec, elements, spec
from .elementwise import add, div, eq, full_like, ge, mul, neg, select, sub
from .kinds import Kind
from .node import TUPLE, GraphError, Node, Primitive, Shape
from .reductions import broadcast_in_dim
from .structural import iota, transpose

Results = tuple[Spec, ...]


def _check_matrices(name: str, *operands: Node) -> None:
    square = operands[0]
    fits = all(o.dtype == square.dtype and o.shape[:-2] == square.shape[:-2] and len(o.shape) >= 2 for o in operands)
    if not fits or square.dtype not in dtypes.FLOATS or square.shape[-1] != square.shape[-2]:
        listed = ", ".join(f"{o.dtype}{list(o.shape)}" for o in operands)
        raise GraphError(f"{name} needs square matrices of floats, in batches of one shape, got {listed}")


# --- what gradients are made of ---------------------------------------------------------------------------------------


def _transposed(x: Node) -> Node:
    rank = len(x.shape)
    return transpose(x, (*range(rank - 2), rank - 1, rank - 2))


def _product(x: Node, y: Node) -> Node:
    """Products of matrices, batch by batch."""
    n = len(x.shape) - 2
    axes = tuple(range(n))
    return dot_general(x, y, ((n + 1,), (n,)), (axes, axes))


def _along(x: Node, shape: Shape, axis: int) -> Node:
    """Vectors, one a matrix, as matrices that are constant along the other axis of the last two."""
    n = len(shape) - 2
    return broadcast_in_dim(x, shape, (*range(n), n + axis))


def _positions(like: Node) -> tuple[Node, Node]:
    """The row and the column of each element of matrices."""
    rank = len(like.shape)
    rows, columns = (iota(shape=like.shape, dtype="int64", axis=axis) for axis in (rank - 2, rank - 1))
    return rows, columns


def _symmetric(x: Node) -> Node:
    return mul(add(x, _transposed(x)), full_like(x, 0.5))


# --- solve ------------------------------------------------------------------------------------------------------------


def _infer_solve(a: Node, b: Node, *, results: Results) -> Spec:
    _check_matrices("solve", a, b)
    if b.shape[-2] != a.shape[-1] or results != (spec(b),):
        raise GraphError(f"solve of {a!r} and {b!r}: one row of the right-hand side for each row of the matrix")
    return (), TUPLE


def _solve_gradient(cts: dict[int, Node], y: Node) -> tuple[Node, Node]:
    """With X = A^-1 B: dB = A^-T dX and dA = -dB X^T."""
    a, _ = y.operands
    (x,) = elements(y)
    of_b = solve(_transposed(a), cts[0])
    return neg(_product(of_b, _transposed(x))), of_b


solve_p = Primitive("solve", _infer_solve, _solve_gradient, Kind.FOREIGN)


def solve(a: Node, b: Node) -> Node:
    """X of A X = B, for matrices (..., n, n) and right-hand sides (..., n, k)."""
    return elements(solve_p(a, b, results=(spec(b),)))[0]


# --- cholesky ---------------------------------------------------------------------------------------------------------


def _infer_cholesky(x: Node, *, results: Results) -> Spec:
    _check_matrices("cholesky", x)
    if results != (spec(x),):
        raise GraphError(f"cholesky of {x!r} gives one matrix of its shape")
    return (), TUPLE


def _cholesky_gradient(cts: dict[int, Node], y: Node) -> tuple[Node]:
    """The lower triangle P of L^T dL with its diagonal halved, then L^-T P L^-1, made symmetric (Murray, 2016)."""
    (lower,) = elements(y)
    product = _product(_transposed(lower), cts[0])
    rows, columns = _positions(product)
    half = select(eq(rows, columns), full_like(product, 0.5), full_like(product, 1))
    triangle = select(ge(rows, columns), mul(product, half), full_like(product, 0))
    upper = _transposed(lower)
    left = solve(upper, triangle)
    return (_symmetric(_transposed(solve(upper, _transposed(left)))),)


cholesky_p = Primitive("cholesky", _infer_cholesky, _cholesky_gradient, Kind.FOREIGN)


def cholesky(x: Node) -> Node:
    """The lower triangle L of symmetric positive definite matrices L L^T, of which the lower triangle is read."""
    return elements(cholesky_p(x, results=(spec(x),)))[0]


# --- eigh -------------------------------------------------------------------------------------------------------------


def _infer_eigh(x: Node, *, results: Results) -> Spec:
    _check_matrices("eigh", x)
    if results != ((x.shape[:-1], x.dtype), spec(x)):
        raise GraphError(f"eigh of {x!r} gives a vector and a matrix for each matrix")
    return (), TUPLE


def _eigh_gradient(cts: dict[int, Node], y: Node) -> tuple[Node]:
    """V (diag(dw) + F * (V^T dV)) V^T with F = 1 / (w_j - w_i) off the diagonal; infinite where eigenvalues meet."""
    values, vectors = elements(y)
    rows, columns = _positions(vectors)
    same, zero = eq(rows, columns), full_like(vectors, 0)
    inner = select(same, _along(cts[0], vectors.shape, 0), zero) if 0 in cts else zero
    if 1 in cts:
        gaps = sub(_along(values, vectors.shape, 1), _along(values, vectors.shape, 0))
        turned = div(_product(_transposed(vectors), cts[1]), select(same, full_like(gaps, 1), gaps))
        inner = add(inner, select(same, zero, turned))
    return (_symmetric(_product(_product(vectors, inner), _transposed(vectors))),)


eigh_p = Primitive("eigh", _infer_eigh, _eigh_gradient, Kind.FOREIGN)


def eigh(x: Node) -> tuple[Node, Node]:
    """Eigenvalues (..., n), ascending, and eigenvectors (..., n, n), one a column, of symmetric matrices, of which the lower
    triangle is read."""
    values, vectors = elements(eigh_p(x, results=((x.shape[:-1], x.dtype), spec(x))))
    return values, vectors


TABLE = {p.name: p for p in (solve_p, cholesky_p, eigh_p)}
