"""`oribi.ops`: what a user computes with, under the names of `keras.ops`.

In:   anything that is an array: tensors, variables, NumPy arrays, numbers, nested lists.
Out:  lazy tensors. Dtypes follow Keras' promotion, shapes NumPy's broadcasting.
Must not know: layers, models, or which engine will run the nodes.

Each op is a function in the file of its kind, entered into a table by `@op` (`registry.py`). Here they are made public: an op that
meets a symbolic tensor records itself.
"""

from . import operators as operators
from .control import *  # noqa: F403
from .core import check as check
from .creation import *  # noqa: F403
from .elementwise import *  # noqa: F403
from .nn import *  # noqa: F403
from .ordering import *  # noqa: F403
from .product import *  # noqa: F403
from .reduction import *  # noqa: F403
from .registry import OPERATIONS as _OPERATIONS
from .shaping import *  # noqa: F403
from .tensors import convert_to_numpy, convert_to_tensor, gradients, is_tensor, shape
from .windows import *  # noqa: F403

_PUBLIC = {name: op.public for name, op in _OPERATIONS.items() if name != "getitem"}
globals().update(_PUBLIC)
__all__ = ["check", "convert_to_numpy", "convert_to_tensor", "gradients", "is_tensor", "shape", *_PUBLIC]
