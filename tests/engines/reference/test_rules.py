"""The reference engine against published values and plain NumPy."""

import numpy as np
import pytest

from oribi.engines.reference import RULES, evaluate, run
from oribi.engines.reference.evaluate import CONTROL
from oribi.engines.reference.rules import threefry
from oribi.graph import elementwise as ew
from oribi.graph.node import constant, parameter
from oribi.graph.primitives import PRIMITIVES
from oribi.graph.program import make

# From the Random123 distribution's known-answer tests (Salmon et al., 2011).
VECTORS = [
    ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
    ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
    ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
]


@pytest.mark.parametrize(("key", "counter", "expected"), VECTORS)
def test_threefry_gives_the_published_values(key, counter, expected):
    high, low = (np.array([c], np.uint32) for c in counter)
    assert tuple(int(w[0]) for w in threefry(np.array(key, np.uint32), high, low)) == expected


def test_there_is_a_rule_for_every_primitive():
    assert set(RULES) | set(CONTROL) == set(PRIMITIVES)


def test_floats_to_integers_saturate_and_nan_is_zero():
    x = constant(np.array([np.nan, np.inf, -np.inf, 300.7, -300.7, 2.9], "float32"))
    assert evaluate([ew.convert(x, "int8")])[0].tolist() == [0, 127, -128, 127, -128, 2]
    assert evaluate([ew.convert(x, "uint8")])[0].tolist() == [0, 255, 0, 255, 0, 2]


def test_a_program_replaces_its_state_each_step_and_stacks_its_outputs():
    s = parameter("s", (2,), "int32")
    state = np.array([1, 5], "int32")
    (out,) = run(make([], [(s, ew.add(s, s))], [s]), [], [state], steps=3)
    assert out.tolist() == [[1, 5], [2, 10], [4, 20]]
    assert state.tolist() == [8, 40]
