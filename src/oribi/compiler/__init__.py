"""The compiler's passes that know no machine: Program -> Program with less to compute, then kernels.

In:   a `Program` of the primitives of `graph/`.
Out:  a `Program` of what engines emit (`internal_primitives` among it), and the loop nests that it becomes.
Must not know: caches, lanes, threads, LLVM.

    loops       programs inside of a Program: what they share, and what moves out of them
    lower       convolutions, windows and sparse tables (`sparse`) as contractions and reductions over views
    simplify    constants folded, equal nodes merged, algebra that keeps every bit
    fuse        Program -> kernels, each a loop nest with one root
    rewrite     what the passes share: rules over nodes
    index       which element of a buffer a point of a loop nest reads
"""
