"""native: a model as a shared library or an object file, with a C header."""

import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from oribi.engines.cpu.target import host
from oribi.utils.files import writing

from .forward import Exported, forward, identifier
from .library import Library, library, target_of

C_TYPES = {"float32": "float", "float64": "double", "bool": "uint8_t"}
LINKERS = ("cc", "gcc", "clang")
SUFFIXES = (".so", ".dylib", ".dll", ".o")


def write_native(model: Any, path: Path, name: str, target: str | None) -> None:
    """Write a shared library or an object file, and its C header."""
    if path.suffix not in SUFFIXES:
        raise ValueError(f"export: a native library ends in one of {', '.join(SUFFIXES)}, not as {path.name!r}")
    cpu = target_of(target)
    exported = forward(model, 1)
    made = library(exported.program, cpu, f"{name}_predict")
    code = made.code if path.suffix == ".o" else _linked(made.code, cpu.triple)
    with writing(path) as file:
        file.write(code)
    with writing(path.with_suffix(".h")) as file:
        file.write(header(exported, made, name, model.name).encode())


def _linked(code: bytes, triple: str) -> bytes:
    """A shared library of an object file.

    Raises:
        RuntimeError: there is no linker for the target, or it failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "model.o", Path(folder) / "model.so"
        source.write_bytes(code)
        flags = ["-shared", "-nostdlib", "-s", "-o", str(made), str(source), "-Wl,--as-needed", "-lm"]
        done = subprocess.run([*_linker(triple), *flags], capture_output=True, text=True, cwd=folder)
        if done.returncode:
            raise RuntimeError(f"linking for {triple} failed: {done.stderr.strip()}")
        return made.read_bytes()


def _linker(triple: str) -> list[str]:
    """The command of a compiler that links for a target: the system's for this machine, zig's for all others."""
    machine = triple.split("-")[0]
    if machine == host().triple.split("-")[0]:
        found = next(filter(None, map(shutil.which, LINKERS)), None)
        if found is not None:
            return [found]
    if find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc", "-target", f"{machine}-linux-gnu"]
    raise RuntimeError(
        f"there is no linker for {triple} here: install a C compiler or `pip install ziglang`, or export to a .o file, and link "
        "that where it is to run"
    )


def header(exported: Exported, made: Library, name: str, title: str) -> str:
    """The C header of an exported model."""
    upper, ports = name.upper(), [*exported.inputs, *exported.outputs]
    several = {"IN": exported.inputs, "OUT": exported.outputs}
    lines = [f"/* The model {identifier(title)}, made by oribi. One function, which depends on nothing.", ""]
    for word, group in (("Takes", exported.inputs), ("Gives", exported.outputs)):
        for p in group:
            lines.append(f"   {word} {identifier(p.name)}: {p.dtype} {list(p.shape)} a row, one row after the other.")
    lines += [
        f"   memory: {made.memory} bytes of work space, aligned to 64." if made.memory else "   memory: may be NULL.",
        "   May be called by several threads at once, with memory of their own. */",
        f"#ifndef {upper}_H",
        f"#define {upper}_H",
        "#include <stddef.h>",
        "#include <stdint.h>",
        "",
    ]
    for word, group in several.items():
        for i, port in enumerate(group):
            macro = f"{upper}_{word}{i if len(group) > 1 else ''}"
            lines.append(f"#define {macro} {port.size} /* elements of a row of {identifier(port.name)} */")
    lines += [f"#define {upper}_MEMORY {made.memory}", "", "#ifdef __cplusplus", 'extern "C" {', "#endif"]
    arguments = []
    for port in ports:
        way = "const {} *in_{}" if any(port is p for p in exported.inputs) else "{} *out_{}"
        arguments.append(way.format(C_TYPES.get(port.dtype, f"{port.dtype}_t"), identifier(port.name)))
    lines.append(f"void {name}_predict({', '.join(arguments)}, size_t rows, void *memory);")
    return "\n".join([*lines, "#ifdef __cplusplus", "}", "#endif", "#endif", ""])
