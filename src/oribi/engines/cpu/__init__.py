"""The cpu engine: a compiler from a `Program` to machine code that runs whole epochs on every core.

In:   a `Program`, then arrays.
Out:  the arrays that it computes; state is updated in place.
Must not know: layers, tensors, who calls.

The stages, each a function from one printable structure to the next (`ORIBI_DEBUG=graph,kernels,llvm` prints them):

    lower       Program -> Program without convolutions and windows, which become contractions and reductions over views
    simplify    Program -> Program with less to compute
    layout      Program -> Program whose contractions and reductions have fast kernels, long sums in chunks
    loops       the programs inside of a Program, put through the same passes
    fuse        Program -> kernels, each a loop nest with one root
    schedule    kernels -> who runs what: thread split, vector axis, register tile
    kernels     kernel + schedule -> LLVM functions (with tile, sequential, expression, elementwise, math, index, llvm)
    plan        in-place updates, order, barriers, memory
    routine     a Program and the programs in it, from loops to plan
    module      all of it -> one LLVM module
    jit, cache  LLVM -> object code, kept on disk
    team        threads that run it together
    pace        how many of them, by what its calls took
"""

from .executable import Call, Executable, emit
from .target import Target, host

__all__ = ["Call", "Executable", "Target", "emit", "host"]
