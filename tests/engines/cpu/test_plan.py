"""Updates that cannot be written over their state."""

import numpy as np

from oribi.engines import reference
from oribi.engines.cpu import Executable
from oribi.graph import elementwise as ew
from oribi.graph.node import parameter
from oribi.graph.program import make
from oribi.graph.structural import reverse


def test_two_updates_of_one_kernel_that_both_read_what_they_replace_turned_round():
    a, b = parameter("a", (5,), "float32"), parameter("b", (5,), "int32")
    turned = ew.add(reverse(a, axes=(0,)), ew.convert(reverse(b, axes=(0,)), "float32"))
    program = make([], [(a, turned), (b, ew.convert(turned, "int32"))], [])
    have = [np.arange(5, dtype="float32"), np.arange(5, dtype="int32") * 10]
    want = [x.copy() for x in have]
    reference.run(program, [], want, steps=3)
    Executable(program).run([], have, steps=3)
    for mine, other in zip(have, want, strict=True):
        np.testing.assert_array_equal(mine, other)
