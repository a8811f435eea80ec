"""Models that leave Python: as a shared library with a C header, as a WebAssembly module, as ONNX."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from oribi import nest
from oribi.engines.cpu import library, wasm
from oribi.engines.cpu.library import Library
from oribi.engines.cpu.target import host
from oribi.graph.node import Node, size_of
from oribi.graph.program import Program
from oribi.tensor import Frozen
from oribi.training.step import Layout, traced
from oribi.utils.files import writing

from . import onnx
from .weights import need_built

C_TYPES = {"float32": "float", "float64": "double", "bool": "uint8_t"}
LINKERS = ("cc", "gcc", "clang")


class Port(NamedTuple):
    """An input or an output of an exported model: what it is called, and the shape of one row."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def size(self) -> int:
        return size_of(self.shape)


class Exported(NamedTuple):
    """A model's forward pass, for rows one by one or for a batch, with the weights as constants."""

    program: Program
    inputs: list[Port]
    outputs: list[Port]


def export(
    model: Any, filepath: Any, format: str | None = None, target: str | None = None, name: str | None = None
) -> None:
    """Write the forward pass of a model, with its weights, to a file that needs no Python.

    Args:
        model: a built one.
        filepath: ends in `.onnx`; `.wasm`; `.so`, `.dylib` or `.dll` for a shared library, or `.o` for an object file, each with
            a C header beside it.
        format: `onnx`, `wasm` or `native`; by default what the ending says.
        target: `native` only: the CPU to compile for, `x86-64`, `x86-64-v3`, `x86-64-v4`, `aarch64`, or an LLVM triple; this
            machine's by default.
        name: what functions begin with; the file's name by default.

    Raises:
        ValueError: no such format or target, or a model without weights or fixed shapes.
        NotImplementedError: the format cannot hold what the model does.
        RuntimeError: there is no linker for the target.
    """
    path = Path(filepath)
    kind = format or {".onnx": "onnx", ".wasm": "wasm"}.get(path.suffix, "native" if path.suffix in SUFFIXES else None)
    if kind not in _FORMATS:
        raise ValueError(
            f"export: the format must be one of {', '.join(_FORMATS)}; {str(filepath)!r} with format={format!r} is none"
        )
    if target is not None and kind != "native":
        raise ValueError(f"export: only native libraries have a target, format {kind!r} has none")
    need_built(model, "export")
    _FORMATS[kind](model, path, _identifier(name or path.name.split(".")[0]), target)


def _identifier(name: str) -> str:
    """A name that C takes."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return f"_{plain}" if not plain or plain[0].isdigit() else plain


def forward(model: Any, batch: int) -> Exported:
    """The forward pass for a number of rows at a time."""
    symbols = model.input_symbols()
    leaves = nest.flatten(symbols)
    if any(None in leaf.shape[1:] for leaf in leaves):
        raise ValueError(
            f"{model.describe()} has inputs of open shapes {[leaf.shape for leaf in leaves]}: only the batch may be open"
        )
    columns = tuple((tuple(leaf.shape[1:]), leaf.dtype) for leaf in leaves)
    layout = Layout("predict", batch, False, columns, (nest.structure(symbols),))
    program, _ = traced(model, layout, Frozen())
    names = list(getattr(model, "output_names", []))
    outputs = [_port(node, names, f"output_{i}", i) for i, node in enumerate(program.outputs)]
    inputs = [Port(leaf.name, tuple(leaf.shape[1:]), leaf.dtype) for leaf in leaves]
    return Exported(program, _distinct(inputs), _distinct(outputs))


def _port(node: Node, names: list[str], default: str, number: int) -> Port:
    return Port(names[number] if number < len(names) else default, node.shape[1:], node.dtype)


def _distinct(ports: list[Port]) -> list[Port]:
    """The same ports, none with the name of another."""
    names = [port.name for port in ports]
    return [p._replace(name=f"{p.name}_{i}") if names.count(p.name) > 1 else p for i, p in enumerate(ports)]


# --- native -----------------------------------------------------------------------------------------------------------

SUFFIXES = (".so", ".dylib", ".dll", ".o")


def _native(model: Any, path: Path, name: str, target: str | None) -> None:
    if path.suffix not in SUFFIXES:
        raise ValueError(f"export: a native library ends in one of {', '.join(SUFFIXES)}, not as {path.name!r}")
    cpu = library.target_of(target)
    exported = forward(model, 1)
    made = library.library(exported.program, cpu, f"{name}_predict")
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
    lines = [f"/* The model {_identifier(title)}, made by oribi. One function, which depends on nothing.", ""]
    for word, group in (("Takes", exported.inputs), ("Gives", exported.outputs)):
        for p in group:
            lines.append(f"   {word} {_identifier(p.name)}: {p.dtype} {list(p.shape)} a row, one row after the other.")
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
            lines.append(f"#define {macro} {port.size} /* elements of a row of {_identifier(port.name)} */")
    lines += [f"#define {upper}_MEMORY {made.memory}", "", "#ifdef __cplusplus", 'extern "C" {', "#endif"]
    arguments = []
    for port in ports:
        way = "const {} *in_{}" if any(port is p for p in exported.inputs) else "{} *out_{}"
        arguments.append(way.format(C_TYPES.get(port.dtype, f"{port.dtype}_t"), _identifier(port.name)))
    lines.append(f"void {name}_predict({', '.join(arguments)}, size_t rows, void *memory);")
    return "\n".join([*lines, "#ifdef __cplusplus", "}", "#endif", "#endif", ""])


# --- wasm -------------------------------------------------------------------------------------------------------------


def _wasm(model: Any, path: Path, name: str, target: str | None) -> None:
    exported = forward(model, 1)
    made = library.library(exported.program, library.TARGETS["wasm32"], "predict")
    row = sum(-(-p.size * 8 // 64) * 64 for p in (*exported.inputs, *exported.outputs))
    with writing(path) as file:
        file.write(wasm.module_of(made.code, "predict", "predict", made.memory + row))


def _onnx(model: Any, path: Path, name: str, target: str | None) -> None:
    data = onnx.model_of(forward(model, 2), forward(model, 3), model.name)
    with writing(path) as file:
        file.write(data)


_FORMATS: dict[str, Callable[[Any, Path, str, str | None], None]] = {"onnx": _onnx, "native": _native, "wasm": _wasm}
