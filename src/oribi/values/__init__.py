"""Values: what a user computes with and assigns to, before any operation is known.

In:   arrays, numbers, nested lists.
Out:  tensors, which are computed when they are looked at, variables, and symbolic tensors.
Must not know: which operations there are, layers, which engine computes.
"""

from .convert import as_array, as_node, cast_node
from .symbolic import KerasTensor, NoValue
from .tensor import Operators, Record, Tensor, install_operators
from .trace import Frozen, Trace, current_trace, tracing, untraced
from .variable import Variable

__all__ = [
    "Frozen",
    "KerasTensor",
    "NoValue",
    "Operators",
    "Record",
    "Tensor",
    "Trace",
    "Variable",
    "as_array",
    "as_node",
    "cast_node",
    "current_trace",
    "install_operators",
    "tracing",
    "untraced",
]
