"""`export`: which format, which file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from oribi.saving.weights import need_built

from . import native
from .forward import identifier
from .native import write_native
from .onnx import write_onnx
from .wasm import write_wasm


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
    kind = format or SUFFIXES.get(path.suffix)
    if kind not in FORMATS:
        raise ValueError(
            f"export: the format must be one of {', '.join(FORMATS)}; {str(filepath)!r} with format={format!r} is none"
        )
    if target is not None and kind != "native":
        raise ValueError(f"export: only native libraries have a target, format {kind!r} has none")
    need_built(model, "export")
    FORMATS[kind](model, path, identifier(name or path.name.split(".")[0]), target)


SUFFIXES = {".onnx": "onnx", ".wasm": "wasm", **dict.fromkeys(native.SUFFIXES, "native")}
FORMATS: dict[str, Callable[[Any, Path, str, str | None], None]] = {
    "onnx": lambda model, path, name, target: write_onnx(model, path),
    "native": write_native,
    "wasm": lambda model, path, name, target: write_wasm(model, path),
}
