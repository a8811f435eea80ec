"""What passes and engines may know of a primitive without knowing its name: its kind, and what it costs."""

from enum import Enum, IntEnum, auto


class Kind(Enum):
    """How the elements of a result come about."""

    LEAF = auto()  # given: parameters and constants
    ELEMENTWISE = auto()  # computed from the elements at the same place
    VIEW = auto()  # elements of the operand, at an affine function of the place
    COPY = auto()  # the operand's elements in memory of their own
    INDEXING = auto()  # elements of operands, at places that are chosen by comparing or by data
    GENERATOR = auto()  # computed from the place alone
    REDUCTION = auto()  # elements along axes combined to one
    ARG_REDUCTION = auto()  # the index of one element along an axis
    ORDERED = auto()  # computed along an axis, one element after the other
    CONTRACTION = auto()  # products summed over axes
    WINDOWED = auto()  # elements of sliding windows combined
    SCATTER = auto()  # updates combined with the elements that indices name
    CONTROL = auto()  # programs, run in turn or one of them; the result is a tuple
    FOREIGN = auto()  # what a library computes, such as a decomposition; the result is a tuple
    ELEMENT = auto()  # one result out of a tuple


POINTWISE = frozenset({Kind.ELEMENTWISE, Kind.COPY})  # an element depends on those of the operands at the same place


class Cost(IntEnum):
    """What an element costs, in rough multiples of an addition."""

    FREE = 0
    CHEAP = 1
    COSTLY = 8
    DIVISION = 16  # keeps the divider busy, which works beside the adders and multipliers
