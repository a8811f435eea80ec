"""wasm: the object file that LLVM writes for WebAssembly -> a module that a browser or Node takes as it is, without a linker.

An object file is nearly a module: its code calls functions, and addresses data, by the numbers that they have in the file itself,
and that a linker would change only to put files together. What lacks is what a linker adds: memory, the pointer of the stack,
and exports.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oribi.utils.files import writing

from .forward import forward
from .library import TARGETS, library

PAGE = 2**16
STACK = 4 * PAGE
MAGIC = b"\0asm\1\0\0\0"

CUSTOM, IMPORT, MEMORY, GLOBAL, EXPORT, DATA = 0, 2, 5, 6, 7, 11
FUNCTION_KIND, TABLE_KIND, MEMORY_KIND, GLOBAL_KIND = 0, 1, 2, 3
I32, MUTABLE, I32_CONST, END = 0x7F, 1, 0x41, 0x0B
SYMBOL_TABLE, UNDEFINED, EXPLICIT_NAME = 8, 0x10, 0x40


@dataclass
class Reader:
    """Reads the binary format's numbers and names, one after the other."""

    data: bytes
    at: int = field(default=0)

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        result = shift = 0
        while True:
            byte = self.byte()
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return result

    def take(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]

    def name(self) -> str:
        return self.take(self.number()).decode()

    def limits(self) -> None:
        for _ in range(1 + (self.byte() & 1)):
            self.number()


def leb128(value: int, signed: bool = False) -> bytes:
    """A number that is not negative; `signed` where a sign is expected, which takes a bit of the last byte."""
    out, limit = bytearray(), 0x40 if signed else 0x80
    while value >= limit:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def module_of(code: bytes, function: str, exported: str, room: int) -> bytes:
    """A module of an object file.

    Args:
        code: the object file.
        function: the function in it to be exported.
        exported: its name outside.
        room: bytes of memory beyond data and stack, from the exported global `heap_base` on.

    Returns:
        The module; it exports the function, `memory` and `heap_base`, and imports nothing.

    Raises:
        NotImplementedError: the code calls functions that are not in it.
    """
    sections = dict[int, bytes]()
    symbols = b""
    for kind, body in _sections(code):
        if kind != CUSTOM:
            sections[kind] = body
        elif body[1:8] == b"linking":
            symbols = body[8:]
    _check_imports(Reader(sections.pop(IMPORT)))
    data_end = _data_end(Reader(sections.get(DATA, b"\0")))
    stack_end = -(-(data_end + STACK) // 64) * 64
    pages = -(-(stack_end + room) // PAGE)
    sections[MEMORY] = bytes([1, 0]) + leb128(pages)
    value = bytes([I32_CONST]) + leb128(stack_end, signed=True) + bytes([END])
    sections[GLOBAL] = bytes([2, I32, MUTABLE]) + value + bytes([I32, 0]) + value  # the stack pointer, and `heap_base`
    index = _function_index(Reader(symbols), function)
    exports = [(exported, FUNCTION_KIND, index), ("memory", MEMORY_KIND, 0), ("heap_base", GLOBAL_KIND, 1)]
    entries = (leb128(len(n)) + n.encode() + bytes([kind]) + leb128(i) for n, kind, i in exports)
    sections[EXPORT] = bytes([len(exports)]) + b"".join(entries)
    order = sorted(sections, key=lambda kind: 9.5 if kind == 12 else kind)  # the count of data comes before the code
    return MAGIC + b"".join(bytes([kind]) + leb128(len(sections[kind])) + sections[kind] for kind in order)


def _sections(code: bytes) -> Iterator[tuple[int, bytes]]:
    reader = Reader(code, len(MAGIC))
    while reader.at < len(code):
        kind = reader.byte()
        yield kind, reader.take(reader.number())


def _check_imports(reader: Reader) -> None:
    """All that is imported is what `module_of` provides."""
    functions = []
    for _ in range(reader.number()):
        reader.name()
        name, kind = reader.name(), reader.byte()
        if kind == FUNCTION_KIND:
            functions.append(name)
            reader.number()
        elif kind == TABLE_KIND:
            reader.byte()
            reader.limits()
        elif kind == MEMORY_KIND:
            reader.limits()
        else:
            reader.take(2)
    if functions:
        raise NotImplementedError(
            f"this model needs {', '.join(functions)} of a C library, which WebAssembly does not have"
        )


def _data_end(reader: Reader) -> int:
    end = 0
    for _ in range(reader.number()):
        assert reader.number() == 0 and reader.byte() == I32_CONST  # a segment that is put at a given place of memory 0
        at = reader.number()
        assert reader.byte() == END
        size = reader.number()
        reader.take(size)
        end = max(end, at + size)
    return end


def _function_index(reader: Reader, function: str) -> int:
    """The number of a function, from the linker's table of symbols."""
    reader.number()
    while reader.at < len(reader.data):
        kind, size = reader.byte(), reader.number()
        part = Reader(reader.take(size))
        for _ in range(part.number() if kind == SYMBOL_TABLE else 0):
            kind_of, flags = part.byte(), part.number()
            if kind_of == 1:  # data
                name = part.name()
                for _ in range(0 if flags & UNDEFINED else 3):
                    part.number()
                continue
            index = part.number()
            named = kind_of != 3 and (not flags & UNDEFINED or flags & EXPLICIT_NAME)
            name = part.name() if named else ""
            if kind_of == 0 and name == function:
                return index
    raise ValueError(f"no function {function!r} in the object file")


def write_wasm(model: Any, path: Path) -> None:
    """Write a WebAssembly module."""
    exported = forward(model, 1)
    made = library(exported.program, TARGETS["wasm32"], "predict")
    row = sum(-(-p.size * 8 // 64) * 64 for p in (*exported.inputs, *exported.outputs))
    with writing(path) as file:
        file.write(module_of(made.code, "predict", "predict", made.memory + row))
