"""Target: what the emitter must know of a CPU."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Target:
    """A CPU to compile for.

    Attributes:
        triple: LLVM's name of the platform; empty for the host's.
        cpu: LLVM's name of the processor.
        features: LLVM's feature string.
        vector_bits: width of a vector register.
        registers: how many there are.
        fused: it has an instruction that multiplies and adds; without one, a multiplication and an addition are emitted, not a call
            of libm.
    """

    triple: str
    cpu: str
    features: str
    vector_bits: int
    registers: int
    fused: bool = True

    @property
    def lanes(self) -> int:
        """Lanes of every vector, whatever the dtype: as many as float32 fit a register."""
        return self.vector_bits // 32

    def tile(self) -> tuple[int, int]:
        """Rows and vectors of the contraction's register tile where any are as good."""
        return (8, 2) if self.registers >= 32 else (4, 2)

    def accumulators(self) -> int:
        """Registers for a tile's sums: the rest is for its operands."""
        return 26 if self.registers >= 32 else 12


AVX2 = Target("x86_64-unknown-linux-gnu", "haswell", "", 256, 16)
AVX512 = Target("x86_64-unknown-linux-gnu", "skylake-avx512", "-prefer-256-bit", 512, 32)
AARCH64 = Target("aarch64-unknown-linux-gnu", "generic", "", 128, 32)
SSE2 = Target("x86_64-unknown-linux-gnu", "x86-64", "", 128, 16, fused=False)
WASM32 = Target("wasm32-unknown-unknown", "generic", "+simd128", 128, 16, fused=False)


@lru_cache(maxsize=1)
def host() -> Target:
    """The CPU that this process runs on."""
    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features()
    triple, cpu = llvm.get_process_triple(), llvm.get_host_cpu_name()
    wide = bool(features.get("avx512f"))
    flat = features.flatten()
    if wide:
        flat = flat.replace("+prefer-256-bit", "-prefer-256-bit")
        return Target(triple, cpu, flat, 512, 32)
    if features.get("avx2"):
        return Target(triple, cpu, flat, 256, 16)
    arm = triple.startswith(("aarch64", "arm64"))
    return Target(triple, cpu, flat, 128, 32 if arm else 16, fused=arm or bool(features.get("fma")))
