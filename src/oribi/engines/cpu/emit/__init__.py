"""emit: a kernel and its schedule -> an LLVM function; a routine -> an LLVM module.

emitter     what every kind of kernel is emitted with; `kernels` has the table of kinds
map, reduce, contract (with tile), ordered, scatter    the loops of each kind
cascade     long sums in levels
expression  the value of a node at a point; elementwise and math are its rules
module      the entry function, barriers, programs inside of programs
llvm        a builder of LLVM text
"""
