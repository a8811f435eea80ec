"""Contractions of odd shapes, with an epilogue that runs at once and one that divides and runs late."""

import numpy as np
import pytest

from oribi.engines import reference
from oribi.engines.cpu import Executable, compile_program
from oribi.engines.cpu.target import host
from oribi.graph import elementwise as ew
from oribi.graph import structural
from oribi.graph.contraction import dot_general
from oribi.graph.node import parameter
from oribi.graph.program import make

EPILOGUES = {
    "at once": lambda total, state: ew.add(total, state),
    "late": lambda total, state: ew.sub(state, ew.div(total, ew.add(ew.sqrt(ew.abs(state)), ew.full_like(state, 1.0)))),
}


def update(rows, depth, columns, epilogue, batch=(), dtype="float32"):
    """state <- epilogue(x^T y, state): what an optimizer does with the gradient of a layer's weights."""
    axes, first = tuple(range(len(batch))), len(batch)
    x = parameter("x", (*batch, depth, rows), dtype)
    y = parameter("y", (*batch, depth, columns), dtype)
    state = parameter("state", (*batch, rows, columns), dtype)
    total = dot_general(x, y, ((first,), (first,)), (axes, axes))
    return make([x, y], [(state, EPILOGUES[epilogue](total, state))], [])


def check(program, seed=0):
    rng = np.random.default_rng(seed)
    inputs = [rng.normal(size=n.shape).astype(n.dtype) for n in program.inputs]
    first = [rng.normal(size=n.shape).astype(n.dtype) for n in program.state]
    want = [s.copy() for s in first]
    reference.run(program, inputs, want, steps=2)
    executable = Executable(program)
    bits = set()
    for threads in (1, 2, 3):
        have = [s.copy() for s in first]
        executable.run(inputs, have, steps=2, threads=threads)
        np.testing.assert_allclose(have[0], want[0], rtol=2e-5, atol=2e-5)
        bits.add(have[0].tobytes())
    assert len(bits) == 1


def is_late(*sizes):
    return " late]" in compile_program(update(*sizes), host()).kernels[0]


SHAPES = [(1, 1, 1), (13, 32, 32), (14, 40, 33), (29, 13, 100), (29, 12, 100), (3, 64, 7), (61, 300, 48), (27, 29, 500)]


@pytest.mark.parametrize("epilogue", EPILOGUES)
@pytest.mark.parametrize(("rows", "depth", "columns"), SHAPES)
def test_every_tile_gets_its_epilogue_once(rows, depth, columns, epilogue):
    check(update(rows, depth, columns, epilogue))


@pytest.mark.parametrize("epilogue", EPILOGUES)
def test_tiles_of_a_batch_of_contractions(epilogue):
    check(update(15, 31, 37, epilogue, batch=(3, 2)))
    check(update(15, 31, 37, epilogue, dtype="float64"))


def test_weights_shared_out_by_columns():
    check(update(70, 32, 700, "late"))


def test_only_an_epilogue_that_divides_runs_late_and_only_beside_a_shallow_depth_that_holds_it():
    assert is_late(29, 64, 100, "late")
    assert not is_late(29, 64, 100, "at once")
    assert not is_late(29, 2, 100, "late")
    assert not is_late(29, 1000, 100, "late")


def test_a_contraction_without_depth_has_sums_of_zero():
    check(update(29, 0, 100, "late"))
    check(update(29, 1, 100, "late"))


OVER = {
    "reverse": lambda y: structural.reverse(y, axes=(1,)),
    "slice": lambda y: structural.slice_(y, (0, 0), (18, 5), (1, 1)),
    "reshape": lambda y: structural.reshape(structural.reshape(y, (3, 6, 5)), (18, 5)),
}


@pytest.mark.parametrize("view", OVER)
@pytest.mark.parametrize("is_result", [False, True])
def test_a_contraction_over_a_view_that_is_a_result_too(view, is_result):
    """The operand's neighbours lie side by side in what is under the view, and apart in the view itself."""
    x, w = parameter("x", (5, 18), "float32"), parameter("w", (4, 5), "float32")
    y = OVER[view](structural.transpose(x, (1, 0)))
    z = dot_general(w, structural.transpose(y, (1, 0)), ((1,), (0,)))
    program = make([x, w], [], [z, *([y] if is_result else [])])
    arrays = [np.random.default_rng(0).normal(size=n.shape).astype("float32") for n in (x, w)]
    for have, want in zip(Executable(program).run(arrays, []), reference.run(program, arrays, []), strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("count", [31, 32, 33, 65])
def test_a_contraction_over_many_views(count):
    x, w = parameter("x", (5, 18), "float32"), parameter("w", (4, 5), "float32")
    y = x
    for _ in range(2 * count):
        y = structural.reverse(structural.transpose(y, (1, 0)), axes=(0,))
    program = make([x, w], [], [dot_general(w, y, ((1,), (0,)))])
    arrays = [np.random.default_rng(0).normal(size=n.shape).astype("float32") for n in (x, w)]
    np.testing.assert_allclose(
        Executable(program).run(arrays, [])[0], reference.run(program, arrays, [])[0], rtol=1e-5, atol=1e-5
    )
