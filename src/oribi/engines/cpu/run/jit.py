"""jit: the text of a module -> object code -> a function that can be called."""

import ctypes
import itertools
from functools import lru_cache
from typing import Any

from oribi.engines.cpu.target import Target, host

# Few, to keep compile time low: what we emit is vectorised and inlined already. The code generator does the rest.
PASSES = ("sroa", "instruction_combine", "simplify_cfg")

RUN = ctypes.CFUNCTYPE(
    None, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p
)


def _llvm() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


def machine_for(target: Target) -> Any:
    """LLVM's target machine; for a CPU other than the host's, every target is made known first."""
    llvm = _llvm()
    if target.triple != host().triple:
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
    return llvm.Target.from_triple(target.triple).create_target_machine(
        cpu=target.cpu,
        features=target.features,
        opt=2,
        reloc="static" if target.triple.startswith("wasm") else "pic",
        codemodel="default",
        jit=target == host(),
    )


def optimize(text: str, target: Target) -> tuple[Any, Any]:
    """The optimised LLVM module, and the machine it is for."""
    llvm = _llvm()
    machine = machine_for(target)
    module = llvm.parse_assembly(text)
    module.data_layout = str(machine.target_data)
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
    passes = llvm.create_new_function_pass_manager()
    for name in PASSES:
        getattr(passes, f"add_{name}_pass")()
    for function in module.functions:
        if not function.is_declaration:
            passes.run(function, builder)
    return module, machine


def compile_object(text: str, target: Target) -> bytes:
    """Object code for a module's text."""
    module, machine = optimize(text, target)
    return bytes(machine.emit_object(module))


def assembly(text: str, target: Target) -> str:
    """Assembly for a module's text, to read."""
    module, machine = optimize(text, target)
    return str(machine.emit_assembly(module))


@lru_cache(maxsize=1)
def _linker() -> Any:
    """The process's linker. JITLink puts all sections of an object side by side; the older one places each where there is
    room, and between sections more than 2 GB apart, in a process full of large arrays, an address does not fit its field."""
    return _llvm().create_lljit_compiler(machine_for(host()), use_jit_link=True)


_numbers = itertools.count()


class Code:
    """Object code loaded into this process. The function lives as long as this does."""

    def __init__(self, code: bytes) -> None:
        library = _llvm().JITLibraryBuilder().add_object_img(code).export_symbol("run").add_current_process()
        self._library = library.link(_linker(), f"oribi{next(_numbers)}")
        self.run = RUN(self._library["run"])
