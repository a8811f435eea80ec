"""Code for every target compiles; code that the host can run gives the same results."""

import numpy as np
import pytest

from oribi.engines import reference
from oribi.engines.cpu import compile_program, host
from oribi.engines.cpu.run import jit
from oribi.engines.cpu.run.executable import Executable
from oribi.engines.cpu.target import AARCH64, AVX2, AVX512
from oribi.graph import elementwise as ew
from oribi.graph import reductions
from oribi.graph.contraction import dot_general
from oribi.graph.node import constant, parameter
from oribi.graph.program import make
from oribi.graph.random import random_bits


def program():
    x, w, key = parameter("x", (13, 21), "float32"), parameter("w", (21, 19), "float32"), parameter("k", (2,), "uint32")
    hidden = ew.tanh(dot_general(x, w, ((1,), (0,))))
    keep = ew.ge(random_bits(key, hidden.shape), ew.full_like(random_bits(key, hidden.shape), 2**31))
    dropped = ew.select(keep, hidden, ew.full_like(hidden, 0))
    gradient = dot_general(x, dropped, ((0,), (0,)))
    return make(
        [x, key],
        [(w, ew.sub(w, ew.mul(gradient, constant(np.full((21, 19), 0.1, "float32")))))],
        [
            reductions.reduce_sum(ew.exp(dropped), (1,)),
            reductions.argmax(dropped, axis=1, dtype="int32"),
        ],
    )


@pytest.mark.parametrize(
    ("target", "register"), [(AVX2, "ymm"), (AVX512, "zmm"), (AARCH64, "v0.4s")], ids=["avx2", "avx512", "aarch64"]
)
def test_code_uses_the_targets_vectors(target, register):
    text = compile_program(program(), target).text
    assert register in jit.assembly(text, target)
    assert jit.compile_object(text, target)[:4] == b"\x7fELF"


def test_avx2_code_gives_the_same_results(monkeypatch):
    if host().vector_bits < 256 or not host().triple.startswith("x86_64"):
        pytest.skip("the host has no AVX2")
    from oribi.engines.cpu.run import executable

    narrow = AVX2.__class__(host().triple, "haswell", "", 256, 16)
    monkeypatch.setattr(executable, "host", lambda: narrow)
    monkeypatch.setattr(jit, "host", lambda: narrow)
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=(13, 21)).astype("float32"), np.array([1, 2], "uint32")]
    states = [rng.normal(size=(21, 19)).astype("float32")]
    expected_states = [s.copy() for s in states]
    expected = reference.run(program(), inputs, expected_states, steps=2)
    got = Executable(program()).run(inputs, states, steps=2, threads=2)
    for have, want in zip([*got, *states], [*expected, *expected_states], strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-5)
