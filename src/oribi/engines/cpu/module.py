"""emit: kernels and their plan -> one LLVM module.

Its entry is `run(thread, team, first step, last step, table, sync)`. Every thread of the team runs it, SPMD: it works out its
share of each axis, then walks the steps, calling the kernels, with a barrier between phases.
"""

import re

from oribi.graph import dtypes
from oribi.graph.node import Node, size_of

from .fuse import Kernel
from .kernels import Function
from .llvm import Builder, Value, i64
from .plan import Plan
from .schedule import Schedule
from .target import Target

SPINS = 2000  # checks of the barrier, some 30 us, before a thread gives up its core
YIELDS = 16

PAUSE = {"x86_64": "call void @llvm.x86.sse2.pause()", "aarch64": "call void @llvm.aarch64.hint(i32 1)"}
# Results too small for a normal number become zero while a program runs: the running means of optimizers decay into
# subnormal numbers, stay there for good, and arithmetic on them is several times slower. (declarations, on entry, on return)
FLUSH = {
    "x86_64": (
        "declare void @llvm.x86.sse.stmxcsr(ptr)\ndeclare void @llvm.x86.sse.ldmxcsr(ptr)",
        """  %modes = alloca [2 x i32], align 8
  call void @llvm.x86.sse.stmxcsr(ptr %modes)
  %mode = load i32, ptr %modes, align 4
  %flushing = or i32 %mode, 32768
  %mode2 = getelementptr i32, ptr %modes, i64 1
  store i32 %flushing, ptr %mode2, align 4
  call void @llvm.x86.sse.ldmxcsr(ptr %mode2)""",
        "  call void @llvm.x86.sse.ldmxcsr(ptr %modes)",
    ),
    "aarch64": (
        "declare i64 @llvm.aarch64.get.fpcr()\ndeclare void @llvm.aarch64.set.fpcr(i64)",
        """  %mode = call i64 @llvm.aarch64.get.fpcr()
  %flushing = or i64 %mode, 16777216
  call void @llvm.aarch64.set.fpcr(i64 %flushing)""",
        "  call void @llvm.aarch64.set.fpcr(i64 %mode)",
    ),
}
FUTEX = {"x86_64": 202, "aarch64": 98}


def barrier(target: Target) -> str:
    """All threads of the team arrive before any goes on.

    `sync` holds, on cache lines of their own: how many have arrived, the generation, and how many sleep. A thread spins
    briefly, then yields, then (on Linux) sleeps until the generation changes, so that a loaded machine is not kept from
    running the thread that everybody waits for.
    """
    machine = target.triple.split("-")[0]
    linux = "linux" in target.triple and machine in FUTEX
    sleep = wake = ""
    if linux:
        call = f"call i64 (i64, ...) @syscall(i64 {FUTEX[machine]}, ptr %generation"
        sleep = f"""
  %s = atomicrmw add ptr %sleepers, i32 1 seq_cst
  %f = {call}, i32 128, i32 %seen, ptr null, ptr null, i32 0)
  %t = atomicrmw sub ptr %sleepers, i32 1 seq_cst
  br label %check"""
        wake = f"""
  %n = load atomic i32, ptr %sleepers seq_cst, align 4
  %any = icmp sgt i32 %n, 0
  br i1 %any, label %wake, label %done
wake:
  %w = {call}, i32 129, i32 2147483647, ptr null, ptr null, i32 0)
  br label %done"""
    else:
        sleep = "\n  %y2 = call i32 @sched_yield()\n  br label %check"
        wake = "\n  br label %done"
    pause = PAUSE.get(machine, "")
    declared = f"declare {pause[5:]}".replace("(i32 1)", "(i32)") if pause else ""
    return f"""
declare i32 @sched_yield()
declare i64 @syscall(i64, ...)
{declared}
define internal void @barrier(ptr %sync, i64 %team) noinline {{
entry:
  %alone = icmp eq i64 %team, 1
  br i1 %alone, label %done, label %meet
meet:
  %generation = getelementptr i8, ptr %sync, i64 64
  %sleepers = getelementptr i8, ptr %sync, i64 128
  %seen = load atomic i32, ptr %generation acquire, align 4
  %before = atomicrmw add ptr %sync, i32 1 acq_rel
  %others = trunc i64 %team to i32
  %last = sub i32 %others, 1
  %is_last = icmp eq i32 %before, %last
  br i1 %is_last, label %open, label %spin
open:
  store atomic i32 0, ptr %sync release, align 4
  %new = add i32 %seen, 1
  store atomic i32 %new, ptr %generation seq_cst, align 4{wake}
spin:
  %count = phi i32 [ 0, %meet ], [ %next, %again ]
  %now = load atomic i32, ptr %generation acquire, align 4
  %same = icmp eq i32 %now, %seen
  br i1 %same, label %wait, label %done
wait:
  %next = add i32 %count, 1
  %short = icmp slt i32 %count, {SPINS}
  br i1 %short, label %pause, label %long
pause:
  {pause}
  br label %again
long:
  %yielding = icmp slt i32 %count, {SPINS + YIELDS}
  br i1 %yielding, label %yield, label %sleep
yield:
  %y = call i32 @sched_yield()
  br label %again
again:
  br label %spin
sleep:{sleep}
check:
  %late = load atomic i32, ptr %generation acquire, align 4
  %still = icmp eq i32 %late, %seen
  br i1 %still, label %sleep, label %done
done:
  ret void
}}
"""


def module(
    kernels: list[Kernel],
    functions: list[Function | None],
    schedules: list[Schedule],
    plan: Plan,
    declarations: dict[str, str],
    target: Target,
) -> str:
    """The text of the whole module."""
    names, bodies = _shared_bodies(kernels, functions)
    main = _Main(kernels, functions, schedules, plan, target, names).text()
    # Floats are never contracted or reassociated: fma stands where we wrote it, and NaN and inf behave as IEEE says.
    attributes = 'attributes #0 = { noinline nounwind "no-trapping-math"="true" }'
    listed = [f'target triple = "{target.triple}"', *sorted(declarations.values()), *bodies, barrier(target), main]
    return "\n".join([*listed, attributes, ""])


def _shared_bodies(kernels: list[Kernel], functions: list[Function | None]) -> tuple[list[str], list[str]]:
    """Kernels that are alike, emitted once: the name of each one's function, and the functions."""
    names, bodies, known = [], [], {}
    for kernel, function in zip(kernels, functions, strict=True):
        if function is None:
            names.append("")
            continue
        anonymous = re.sub(rf"@{kernel.name}\b", "@kernel", function.text, count=1)
        if anonymous not in known:
            known[anonymous] = kernel.name
            bodies.append(function.text)
        names.append(known[anonymous])
    return names, bodies


class _Main:
    """The entry function."""

    def __init__(
        self,
        kernels: list[Kernel],
        functions: list[Function | None],
        schedules: list[Schedule],
        plan: Plan,
        target: Target,
        names: list[str],
    ) -> None:
        self.kernels, self.functions, self.schedules, self.plan, self.names = kernels, functions, schedules, plan, names
        self.target = target
        self.b = Builder(target.lanes, {})
        self.thread, self.team = Value("int64", 1, "%thread"), Value("int64", 1, "%team")
        self.slots: dict[int, str] = {}
        self.shares: dict[tuple[int, int], tuple[Value, Value]] = {}

    def text(self) -> str:
        b, plan = self.b, self.plan
        last_slot = max((p.at for p in plan.placements.values() if p.place in ("table", "output")), default=-1)
        for slot in range(last_slot + 2):
            self.slots[slot] = self._load_pointer(slot)
        self.shared = self.slots[last_slot + 1]
        own = b.add(i64(plan.shared_bytes), b.mul(self.thread, i64(plan.private_bytes)))
        self.private = b.address(self.shared, "uint8", own)
        for kernel, how in zip(self.kernels, self.schedules, strict=True):
            self._share(kernel, how)
        first = b.compare("icmp eq", self.thread, i64(0))
        with b.loop(Value("int64", 1, "%first"), Value("int64", 1, "%last")) as loop:
            for phase in plan.phases:
                for number in phase:
                    if self.functions[number] is None:
                        continue
                    if self.schedules[number].how == "single":
                        with b.when(first):
                            self._call(number, loop.index)
                    else:
                        self._call(number, loop.index)
                b.do("call void @barrier(ptr %sync, i64 %team)")
        declared, enter, leave = FLUSH.get(self.target.triple.split("-")[0], ("", "", ""))
        head = "define void @run(i64 %thread, i64 %team, i64 %first, i64 %last, ptr %table, ptr %sync) {"
        return "\n".join([declared, head, "entry:", enter, *b.entry, *b.lines, leave, "  ret void", "}"])

    def _load_pointer(self, slot: int) -> str:
        where = self.b.name("slot")
        pointer = self.b.name("buffer")
        self.b.do(f"{where} = getelementptr inbounds ptr, ptr %table, i64 {slot}")
        self.b.do(f"{pointer} = load ptr, ptr {where}, align 8")
        return pointer

    def _share(self, kernel: Kernel, how: Schedule) -> None:
        """The thread's part of an axis, in whole grains."""
        if how.how != "split" or how.split is None:
            return
        extent, grain, b = kernel.domain[how.split], how.grain, self.b
        if (extent, grain) in self.shares:
            return
        blocks = i64(-(-extent // grain))
        edges = []
        for number in (self.thread, b.add(self.thread, i64(1))):
            block = b.binary("sdiv", b.mul(number, blocks), self.team)
            edges.append(b.minimum(b.mul(block, i64(grain)), i64(extent)))
        self.shares[extent, grain] = edges[0], edges[1]

    def _call(self, number: int, step: Value) -> None:
        function, how, kernel = self.functions[number], self.schedules[number], self.kernels[number]
        assert function is not None
        low, high = i64(0), i64(1)
        if how.split is not None:
            low, high = i64(0), i64(kernel.domain[how.split])
            if how.how == "split":
                low, high = self.shares[kernel.domain[how.split], how.grain]
        pointers = [f"ptr {self._pointer(node, step)}" for node in function.buffers]
        self.b.do(f"call void @{self.names[number]}({', '.join([low.typed, high.typed, *pointers])})")

    def _pointer(self, node: Node, step: Value) -> str:
        where = self.plan.placements[node]
        if where.place == "table":
            return self.slots[where.at]
        if where.place == "output":
            size = size_of(node.shape) * dtypes.itemsize(node.dtype)
            return self.b.address(self.slots[where.at], "uint8", self.b.mul(step, i64(size)))
        base = self.shared if where.place == "shared" else self.private
        return self.b.address(base, "uint8", i64(where.at))
