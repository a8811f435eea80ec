"""Tables of which few rows are not zero: the gradients of embeddings, and what optimizers do with them."""

import numpy as np
import pytest

from oribi.engines import reference
from oribi.engines.cpu import Executable, compile_program
from oribi.engines.cpu.target import host
from oribi.graph import elementwise as ew
from oribi.graph import indexing, reductions
from oribi.graph.node import parameter
from oribi.graph.program import make
from oribi.graph.structural import transpose

ROWS, COUNT, WIDTH = 23, 7, 19


def sparse(rows=ROWS, count=(COUNT,), rest=(WIDTH,), dtype="float32", indices="int32"):
    """A table that is zero but for the rows that `count` indices name; and its parameters, indices and updates."""
    at, updates = parameter("at", count, indices), parameter("updates", (*count, *rest), dtype)
    zeros = ew.full_like(parameter("like", (rows, *rest), dtype), 0)
    return indexing.scatter_add(zeros, at, updates), at, updates


def values(node, rng, rows=ROWS):
    if node.attributes["name"] == "at":
        return rng.integers(-2, rows + 2, node.shape).astype(node.dtype)
    return np.asarray(rng.normal(0, 3, node.shape), node.dtype)


def check(program, rows=ROWS, first=None, exact=False):
    rng = np.random.default_rng(0)
    inputs = [values(n, rng, rows) for n in program.inputs]
    first = first or [values(n, rng) for n in program.state]
    want = [s.copy() for s in first]
    expected = [*reference.run(program, inputs, want, steps=2), *want]
    executable, bits = Executable(program), set()
    for threads in (1, 2, 3):
        have = [s.copy() for s in first]
        got = [*executable.run(inputs, have, steps=2, threads=threads), *have]
        for a, b in zip(got, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=0 if exact else 1e-5, atol=0 if exact else 1e-5)
        bits.add(b"".join(a.tobytes() for a in got))
    assert len(bits) == 1


def kernels(program):
    return [line.split()[0].split("_", 1)[1] for line in compile_program(program, host()).kernels if line != "barrier"]


@pytest.mark.parametrize("rest", [(), (1,), (WIDTH,), (2, 33), (0,)])
@pytest.mark.parametrize("count", [(1,), (COUNT,), (2, 3), (0,)])
@pytest.mark.parametrize(("dtype", "indices"), [("float32", "int32"), ("float64", "int64"), ("int32", "uint8")])
def test_a_table_is_what_the_reference_says(rest, count, dtype, indices):
    table, at, updates = sparse(ROWS, count, rest, dtype, indices)
    check(make([at, updates], [], [table, ew.add(table, table)]))


def test_it_is_never_stored():
    table, at, updates = sparse(1000)
    state = parameter("state", table.shape, "float32")
    moved = ew.add(ew.mul(state, ew.full_like(state, 0.9)), ew.mul(table, table))
    program = make([at, updates], [(state, moved)], [])
    assert len([line for line in compile_program(program, host()).kernels if "over [1000, 19]" in line]) == 1
    check(program)


def test_it_is_read_at_other_places():
    table, at, updates = sparse()
    norm = reductions.reduce_sum(ew.mul(table, table), (0, 1))
    check(make([at, updates], [], [norm, transpose(table, (1, 0)), reductions.reduce_max(table, axes=(1,))]))


def test_a_table_that_most_rows_are_named_of_stays_a_table():
    table, at, updates = sparse(rows=9)
    program = make([at, updates], [], [table])
    assert kernels(program) == ["scatter_add"]
    check(program, rows=9)


def scaled(table):
    rate = parameter("rate", (), "float32")
    return rate, ew.mul(table, reductions.broadcast_in_dim(rate, table.shape, ()))


def limited(x, low, high):
    return ew.min(ew.max(x, ew.full_like(x, low)), ew.full_like(x, high))


LEAVES_ROWS_ALONE = {
    "plain": lambda x: x,
    "clipped by value": lambda x: limited(x, -0.5, 0.5),
    "halved": lambda x: ew.div(ew.neg(x), ew.full_like(x, 2.0)),
    "squared": lambda x: ew.add(ew.mul(x, x), x),
}
CHANGES_ALL_ROWS = {
    "a floor above zero": lambda x: limited(x, 0.25, 0.5),
    "exp": ew.exp,
    "0 / 0": lambda x: ew.div(x, ew.full_like(x, 0.0)),
}


@pytest.mark.parametrize("change", LEAVES_ROWS_ALONE)
@pytest.mark.parametrize("operation", [ew.add, ew.sub])
def test_an_update_writes_the_rows_that_are_named_and_no_other(change, operation):
    table, at, updates = sparse()
    rate, step = scaled(table)
    state = parameter("state", table.shape, "float32")
    program = make([at, updates, rate], [(state, operation(state, LEAVES_ROWS_ALONE[change](step)))], [])
    assert kernels(program)[-1] == "scatter_set"
    check(program)
    before = np.random.default_rng(1).normal(size=state.shape).astype("float32")
    before[3] = [np.nan, np.inf, -0.0, 1e-42] + [1] * (WIDTH - 4)
    after = before.copy()
    named = np.array([5, 5, 0, ROWS - 1, -1, ROWS, 5], "int32")
    Executable(program).run([named, np.ones((COUNT, WIDTH), "float32"), np.array(0.1, "float32")], [after], steps=3)
    others = [r for r in range(ROWS) if r not in named]
    assert after[others].tobytes() == before[others].tobytes()
    assert (after[[5, 0, ROWS - 1]] != before[[5, 0, ROWS - 1]]).all()


@pytest.mark.parametrize("change", CHANGES_ALL_ROWS)
@pytest.mark.filterwarnings("ignore:.*divide")
def test_what_is_not_zero_without_a_gradient_changes_every_row(change):
    table, at, updates = sparse()
    state = parameter("state", table.shape, "float32")
    program = make([at, updates], [(state, ew.sub(state, CHANGES_ALL_ROWS[change](table)))], [])
    assert "scatter_set" not in kernels(program)
    check(program)


def test_the_old_rows_are_read_before_they_are_written():
    table, at, updates = sparse()
    state = parameter("state", table.shape, "float32")
    taken = indexing.gather(state, at)
    total = reductions.reduce_sum(ew.mul(taken, updates), (0, 1))
    program = make([at, updates], [(state, ew.sub(state, table))], [total, state])
    check(program)


def test_two_tables_and_an_update_that_others_read():
    one, at, updates = sparse()
    other, at2, updates2 = sparse(count=(3,))
    state, mean = parameter("state", one.shape, "float32"), parameter("mean", one.shape, "float32")
    check(make([at, updates, at2, updates2], [(state, ew.sub(state, ew.add(one, other)))], []))
    new = ew.sub(state, one)
    check(make([at, updates], [(state, new), (mean, ew.add(ew.mul(mean, ew.full_like(mean, 0.5)), new))], [new]))


def test_rows_are_added_to_state_in_place():
    at, updates = parameter("at", (COUNT,), "int32"), parameter("updates", (COUNT, WIDTH), "float32")
    state = parameter("state", (ROWS, WIDTH), "float32")
    program = make([at, updates], [(state, indexing.scatter_add(state, at, updates))], [])
    assert kernels(program) == ["scatter_add"]
    check(program)
    reading = indexing.scatter_add(state, at, ew.add(updates, indexing.gather(state, at)))
    check(make([at, updates], [(state, reading)], []))
