"""The closed set of primitives: name -> Primitive. Every engine has a rule for each."""

from . import (
    contraction,
    control,
    elementwise,
    indexing,
    linalg,
    node,
    ordered,
    random,
    reductions,
    scan,
    structural,
    windows,
)
from .node import Primitive

PRIMITIVES: dict[str, Primitive] = {
    **node.TABLE,
    **elementwise.TABLE,
    **structural.TABLE,
    **reductions.TABLE,
    **contraction.TABLE,
    **windows.TABLE,
    **indexing.TABLE,
    **random.TABLE,
    **control.TABLE,
    **scan.TABLE,
    **ordered.TABLE,
    **linalg.TABLE,
}
