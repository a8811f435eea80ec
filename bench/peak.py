"""The machine's own peak, measured: independent multiply-adds in registers, on every core.    Run: python bench/peak.py"""

import ctypes
import os
import threading
import time

from llvmlite import binding as llvm

from oribi.engines.cpu import host

CHAINS, ROUNDS = 12, 20_000_000


def code(lanes: int) -> str:
    kind = f"<{lanes} x float>"
    phis = [f"  %a{i} = phi {kind} [ splat (float 1.0), %entry ], [ %b{i}, %loop ]" for i in range(CHAINS)]
    fmas = [
        f"  %b{i} = call {kind} @llvm.fma.v{lanes}f32({kind} %a{i}, {kind} splat (float 0.5), {kind} splat (float 0.5))"
        for i in range(CHAINS)
    ]
    adds = [f"  %s{i} = fadd {kind} %{'s' + str(i - 1) if i > 1 else 'b0'}, %b{i}" for i in range(1, CHAINS)]
    return "\n".join(
        [
            f"declare {kind} @llvm.fma.v{lanes}f32({kind}, {kind}, {kind})",
            "define float @spin(i64 %n) {\nentry:\n  br label %loop\nloop:",
            "  %i = phi i64 [ 0, %entry ], [ %j, %loop ]",
            *phis,
            *fmas,
            "  %j = add i64 %i, 1\n  %more = icmp slt i64 %j, %n\n  br i1 %more, label %loop, label %end\nend:",
            *adds,
            f"  %r = extractelement {kind} %s{CHAINS - 1}, i64 0\n  ret float %r\n}}",
        ]
    )


def gflops(threads: int) -> float:
    """GFLOP/s of float32 on so many threads; the best of three."""
    target = host()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(code(target.lanes))
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3
    )
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    spin = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_int64)(engine.get_function_address("spin"))
    best = 0.0
    for _ in range(3):
        team = [threading.Thread(target=spin, args=(ROUNDS,)) for _ in range(threads)]
        start = time.perf_counter()
        for one in team:
            one.start()
        for one in team:
            one.join()
        best = max(best, 2 * CHAINS * target.lanes * ROUNDS * threads / (time.perf_counter() - start) / 1e9)
    return best


if __name__ == "__main__":
    cores = len(os.sched_getaffinity(0))
    print(f"{gflops(1):.0f} GFLOP/s on one core, {gflops(cores):.0f} on {cores}")
