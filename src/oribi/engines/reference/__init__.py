"""The reference engine: one short NumPy function a primitive. When engines differ, this one is right.

In:   nodes, or a `Program` with its arrays.
Out:  NumPy arrays.
Must not know: how anything is made fast.
"""

from .evaluate import CONTROL, evaluate, run
from .kept import value_of
from .rules import RULES

__all__ = ["CONTROL", "RULES", "evaluate", "run", "value_of"]
