"""jit: the text of a module -> object code -> a function that can be called."""

import ctypes
from typing import Any

from .target import Target, host

# Small and in an order that keeps compile time low: what we emit is vectorised and inlined already, so what pays is forwarding
# of stack slots, common addresses, loop-invariant loads, and the clean-up behind them.
OPTIMIZE_SPEED = 1

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
        cpu=target.cpu, features=target.features, opt=2, reloc="pic", codemodel="default", jit=target == host()
    )


def optimize(text: str, target: Target) -> tuple[Any, Any]:
    """The optimised LLVM module, and the machine it is for."""
    llvm = _llvm()
    machine = machine_for(target)
    module = llvm.parse_assembly(text)
    options = llvm.create_pipeline_tuning_options(speed_level=OPTIMIZE_SPEED)
    options.loop_vectorization = options.slp_vectorization = False
    options.loop_unrolling = False
    builder = llvm.create_pass_builder(machine, options)
    passes = llvm.create_new_function_pass_manager()
    for add in ("sroa", "instruction_combine", "simplify_cfg"):
        getattr(passes, f"add_{add}_pass")()
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


class Code:
    """Object code loaded into this process. The function lives as long as this does."""

    def __init__(self, code: bytes) -> None:
        llvm = _llvm()
        module = llvm.parse_assembly(f'target triple = "{host().triple}"')
        self._engine = llvm.create_mcjit_compiler(module, machine_for(host()))
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self.run = RUN(self._engine.get_function_address("run"))
