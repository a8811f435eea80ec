"""The cpu engine: a compiler from a `Program` to machine code that runs whole epochs on every core.

In:   a `Program`, then arrays.
Out:  the arrays that it computes; state is updated in place.
Must not know: layers, tensors, who calls.

The way through it:

    compile     the pipeline: the passes of `compiler/` and `layout`, then `routine`, then one LLVM module
    layout      Program -> Program whose contractions and reductions have fast kernels, long sums in chunks
    routine     fuse, then schedule, emit and plan, for a Program and for those in it
    schedule    kernels -> who runs what: thread split, vector axis, register tile
    emit/       kernel + schedule -> LLVM function, and all of them -> LLVM module
    plan        in-place updates, order, barriers, memory
    run/        LLVM -> object code, kept on disk; the threads that run it together, and how many of them
"""

from .compile import Compiled, compile_program
from .run.executable import Call, Executable
from .target import Target, host

__all__ = ["Call", "Compiled", "Executable", "Target", "compile_program", "host"]
