"""library: a Program as one function that stands alone, with its constants inside: object code that any program may link.

    void NAME(const T *input, ..., T *output, ..., size_t rows, void *memory);

It runs the Program once for each row, and needs no thread, no allocation and no other library. `memory` is where it keeps what
lies between its kernels; the little that most programs need is taken from the stack.
"""

from dataclasses import dataclass, replace

import numpy as np

from oribi.engines.cpu.compile import compile_program
from oribi.engines.cpu.emit.foreign import foreign_nodes
from oribi.engines.cpu.run import jit
from oribi.engines.cpu.target import AARCH64, AVX2, AVX512, SSE2, WASM32, Target, host
from oribi.graph.program import Program

ON_THE_STACK = 2**16  # bytes
TARGETS = {"x86-64": SSE2, "x86-64-v3": AVX2, "x86-64-v4": AVX512, "aarch64": AARCH64, "wasm32": WASM32}


@dataclass(frozen=True)
class Library:
    """A Program as object code.

    Attributes:
        code: an object file.
        memory: bytes that the caller gives the function; 0 where the stack will do.
        constants: bytes of the arrays inside.
    """

    code: bytes
    memory: int
    constants: int


def target_of(name: str | None) -> Target:
    """The target of a name: one of `TARGETS`, or an LLVM triple; this machine's by default.

    Raises:
        ValueError: no such target.
    """
    if name is None:
        return host()
    if name in TARGETS:
        return TARGETS[name]
    machine = name.split("-")[0]
    known = {"x86_64": SSE2, "aarch64": AARCH64, "arm64": AARCH64, "wasm32": WASM32}
    if "-" not in name or machine not in known:
        raise ValueError(
            f"unknown target {name!r}: known are {', '.join(TARGETS)}, and LLVM triples of {', '.join(known)}"
        )
    like = known[machine]
    return replace(like, triple=name)


def library(program: Program, target: Target, name: str) -> Library:
    """A Program, whose only state counts the rows, as a function of this name.

    Raises:
        NotImplementedError: a part of it is computed by another library.
    """
    for node in foreign_nodes(program):
        raise NotImplementedError(
            f"export: {node.op} is computed by a library of Python's, which is not there outside of it"
        )
    compiled = compile_program(program, target, alone=True)
    text = compiled.text.replace("define void @run(", "define internal void @run(")
    arrays = [np.ascontiguousarray(constant) for constant in compiled.constants]
    arena = sum(compiled.arena)
    memory = arena if arena > ON_THE_STACK else 0
    constants = [f"@c{i} = internal constant {_data(array)}, align 64" for i, array in enumerate(arrays)]
    entry = _entry(program, len(arrays), arena, memory, target, name)
    code = jit.compile_object("\n".join([text, *constants, entry]), target)
    return Library(code, memory, sum(a.nbytes for a in arrays))


def _data(array: np.ndarray) -> str:
    data = array.tobytes()
    return f'[{len(data)} x i8] c"{"".join(map(_ESCAPED.__getitem__, data))}"'


_ESCAPED = [f"\\{byte:02X}" for byte in range(256)]


def _entry(program: Program, constants: int, arena: int, memory: int, target: Target, name: str) -> str:
    """The function that is called from outside: it puts the table together, and runs all rows."""
    inputs, outputs = len(program.inputs), len(program.outputs)
    size = "i32" if "wasm32" in target.triple else "i64"
    arguments = [f"ptr %in{i}" for i in range(inputs)] + [f"ptr %out{i}" for i in range(outputs)]
    slots = [f"%in{i}" for i in range(inputs)] + ["%row"] * len(program.state) + [f"@c{i}" for i in range(constants)]
    slots += [f"%out{i}" for i in range(outputs)] + ["%arena"]
    lines = [
        f"define void @{name}({', '.join([*arguments, f'{size} %rows', 'ptr %memory'])}) {{",
        f"  %table = alloca [{len(slots)} x ptr], align 16",
        "  %row = alloca i64, align 8",
        "  store i64 0, ptr %row, align 8",
        f"  %stack = alloca [{0 if memory else max(arena, 1)} x i8], align 64",
        f"  %arena = select i1 {'true' if memory else 'false'}, ptr %memory, ptr %stack",
    ]
    for number, slot in enumerate(slots):
        lines.append(f"  %slot{number} = getelementptr [{len(slots)} x ptr], ptr %table, i64 0, i64 {number}")
        lines.append(f"  store ptr {slot}, ptr %slot{number}, align {4 if size == 'i32' else 8}")
    lines.append("  %all = zext i32 %rows to i64" if size == "i32" else "  %all = add i64 %rows, 0")
    lines.append("  call void @run(i64 0, i64 1, i64 0, i64 %all, ptr %table, ptr null)")
    return "\n".join([*lines, "  ret void", "}", ""])
