"""Foreign functions in the middle of a compiled program."""

import numpy as np
import pytest

from oribi.engines import reference
from oribi.engines.cpu import Executable, host
from oribi.engines.cpu.emit import foreign
from oribi.engines.cpu.run import cache
from oribi.export import library
from oribi.graph import elementwise as ew
from oribi.graph.control import cond, elements
from oribi.graph.linalg import cholesky, eigh, eigh_p, solve
from oribi.graph.node import constant, parameter
from oribi.graph.program import Program, make
from oribi.graph.reductions import reduce_sum
from oribi.graph.scan import scan

X = parameter("x", (4, 3, 3), "float32")
MATRICES = np.stack([np.diag([1.0, 4, 9]), np.eye(3), -np.eye(3), np.zeros((3, 3))]).astype("float32")


def run(outputs, x=MATRICES, threads=2):
    return [o[0] for o in Executable(make([X], [], outputs)).run([x], [], threads=threads)]


def test_matrices_that_cannot_be_decomposed_are_nan_and_the_others_are_not():
    (lower,) = run([cholesky(X)])
    np.testing.assert_allclose(lower[:2], [np.diag([1, 2, 3]), np.eye(3)], atol=1e-6)
    assert np.isnan(lower[2:]).all()
    (solved,) = run([solve(X, constant(np.ones((4, 3, 1), "float32")))])
    np.testing.assert_allclose(solved[:3, :, 0], [[1, 1 / 4, 1 / 9], [1, 1, 1], [-1, -1, -1]], atol=1e-6)
    assert np.isnan(solved[3]).all()


def test_nan_in_gives_nan_out():
    x = MATRICES.copy()
    x[0, 0, 0] = np.nan
    for node in (cholesky(X), solve(X, constant(np.ones((4, 3, 1), "float32"))), eigh(X)[0]):
        assert np.isnan(run([node], x)[0][0]).any()


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_what_comes_before_and_after_is_compiled_around_it(threads):
    doubled = ew.add(X, X)
    after = reduce_sum(ew.exp(ew.neg(cholesky(doubled))), (1, 2))
    (want,) = reference.evaluate([after], {X: MATRICES})
    np.testing.assert_allclose(run([after], threads=threads)[0], want, rtol=1e-6)


def test_a_result_that_nobody_reads():
    values, vectors = elements(eigh_p(X, results=(((4, 3), "float32"), ((4, 3, 3), "float32"))))
    for nodes in ([values], [vectors], [vectors, values]):
        want = reference.evaluate(nodes, {X: MATRICES})
        for have, expected in zip(run(nodes), want, strict=True):
            np.testing.assert_allclose(have, expected, atol=1e-6)


def test_in_a_loop_and_in_a_branch():
    one, state = parameter("one", (3, 3), "float32"), parameter("state", (3, 3), "float32")
    body = Program((one,), (state,), (ew.add(state, cholesky(one)),), (solve(one, state),))
    (last,), (each,) = scan(body, [], [X], [constant(np.ones((3, 3), "float32"))], 4)
    first = ew.gt(reduce_sum(X, (0, 1, 2)), constant(np.float32(0)))
    (chosen,) = cond(first, [cholesky(X)], [X])
    x = MATRICES[[0, 1, 0, 1]]
    want = reference.evaluate([last, each, chosen], {X: x})
    for have, expected in zip(run([last, each, chosen], x), want, strict=True):
        np.testing.assert_allclose(have, expected, rtol=1e-5)


def test_what_a_foreign_function_raises_reaches_the_caller(monkeypatch):
    def fails(node, x):
        raise MemoryError("no room for this matrix")

    monkeypatch.setitem(reference.RULES, "cholesky", fails)
    monkeypatch.setattr(foreign, "_callbacks", {})
    program = Executable(make([X], [], [cholesky(X)]))
    with pytest.raises(MemoryError, match="no room for this matrix"):
        program.run([MATRICES], [])
    monkeypatch.undo()
    assert np.isfinite(run([cholesky(X)])[0][0]).all()


def test_code_with_addresses_in_it_is_not_kept_on_disk():
    before = cache.size()[0]
    Executable(
        make(
            [X], [], [ew.add(cholesky(X), constant(np.float32(np.random.default_rng().random() + np.zeros((4, 3, 3)))))]
        )
    )
    assert cache.size()[0] == before


def test_it_does_not_leave_python():
    with pytest.raises(NotImplementedError, match="cholesky is computed by a library of Python's"):
        library.library(make([X], [], [cholesky(X)]), host(), "f")
