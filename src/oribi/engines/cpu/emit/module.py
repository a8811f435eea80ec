"""emit: kernels and their plan -> one LLVM module.

Its entry is `run(thread, team, first step, last step, table, sync)`. Every thread of the team runs it, SPMD: it works out its
share of each axis, then walks the steps, calling the kernels, with a barrier between phases.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from oribi.engines.cpu.routine import Nested, Routine
from oribi.engines.cpu.target import Target
from oribi.graph import dtypes
from oribi.graph.node import Node, size_of

from .emitter import Function
from .llvm import Builder, Value, const, i64

SPINS = 2000  # checks of the barrier, some 30 us, before a thread gives up its core
YIELDS = 16
PART = 256  # kernels that one function calls: LLVM's time grows with the square of a function's length

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


ALONE = "define internal void @barrier(ptr %sync, i64 %team) { ret void }"  # the barrier of a team of one


def module(routine: Routine, target: Target, alone: bool = False) -> str:
    """The text of the whole module; `alone` for code that no team will run."""
    bodies: dict[str, str] = {}
    names: dict[str, str] = {}
    declarations: dict[str, str] = {}
    _share_bodies(routine, bodies, names, declarations)
    main = _entry(routine, target, names)
    # Floats are never contracted or reassociated: fma stands where we wrote it, and NaN and inf behave as IEEE says.
    attributes = 'attributes #0 = { noinline nounwind "no-trapping-math"="true" }'
    head = f'target triple = "{target.triple}"'
    meeting = ALONE if alone else barrier(target)
    text = "\n".join([head, *sorted(declarations.values()), *bodies.values(), meeting, main, attributes, ""])
    return text if target.fused else text.replace("@llvm.fma.", "@llvm.fmuladd.")


def _share_bodies(
    routine: Routine, bodies: dict[str, str], names: dict[str, str], declarations: dict[str, str]
) -> None:
    """Kernels that are alike, emitted once: for each kernel's name that of its function, and the functions by what they do."""
    for kernel, function in zip(routine.kernels, routine.functions, strict=True):
        if isinstance(function, Nested):
            for inner in function.routines:
                _share_bodies(inner, bodies, names, declarations)
        elif function is not None:
            anonymous = re.sub(rf"@{kernel.name}\b", "@kernel", function.text, count=1)
            if anonymous not in bodies:
                bodies[anonymous] = function.text
                names[anonymous] = kernel.name
            names[kernel.name] = names[anonymous]
            declarations |= function.declarations


class _Frame(NamedTuple):
    """A routine that is being walked: where its arguments, its memory and each thread's own are, and the step it is at."""

    routine: Routine
    slots: "Sequence[str] | _Table"
    shared: str
    private: str
    step: Value


class _Table:
    """The pointers that the entry function is given, each loaded where it is used: thousands of them that live through the whole
    function would take LLVM a time that grows with their square."""

    def __init__(self, b: Builder) -> None:
        self.b = b

    def __getitem__(self, slot: int) -> str:
        where, pointer = self.b.name("slot"), self.b.name("buffer")
        self.b.do(f"{where} = getelementptr inbounds ptr, ptr %table, i64 {slot}")
        self.b.do(f"{pointer} = load ptr, ptr {where}, align 8")
        return pointer


Steps = Sequence[int | None]  # numbers of kernels, and None for a barrier


def _steps(routine: Routine) -> Steps:
    """What a routine does, in order."""
    between = [] if routine.repeats else [None]
    return [number for phase in routine.plan.phases for number in (*phase, *between)]


def _entry(routine: Routine, target: Target, names: dict[str, str]) -> str:
    """The entry function; of a long routine also the functions that it calls one after another."""
    steps = _steps(routine)
    parts = [steps[i : i + PART] for i in range(0, len(steps), PART)] or [[]]
    if len(parts) == 1:
        return _Main(routine, target, names).run(steps)
    functions = [_Main(routine, target, names).part(number, part) for number, part in enumerate(parts)]
    return "\n".join([*functions, _Main(routine, target, names).run_parts(len(parts))])


class _Main:
    """The entry function, or a part of it."""

    def __init__(self, routine: Routine, target: Target, names: dict[str, str]) -> None:
        self.routine, self.target, self.names = routine, target, names
        self.b = Builder(target.lanes, {})
        self.thread, self.team = Value("int64", 1, "%thread"), Value("int64", 1, "%team")
        self.shares: dict[tuple[int, int], tuple[Value, Value]] = {}

    def run(self, steps: Steps) -> str:
        """The entry function that does these."""
        frame = self._enter(steps)
        with self._loop() as step:
            self._walk(frame._replace(step=step), steps)
        return self._closed()

    def run_parts(self, count: int) -> str:
        """The entry function that calls so many parts."""
        with self._loop() as step:
            for number in range(count):
                self.b.do(f"call void @part{number}(i64 %thread, i64 %team, {step.typed}, ptr %table, ptr %sync)")
        return self._closed()

    def part(self, number: int, steps: Steps) -> str:
        """A function that does these, of one step of the program."""
        self._walk(self._enter(steps), steps)
        head = f"define internal void @part{number}(i64 %thread, i64 %team, i64 %step, ptr %table, ptr %sync) #0 {{"
        return "\n".join([head, "entry:", *self.b.entry, *self.b.lines, "  ret void", "}"])

    def _enter(self, steps: Steps) -> "_Frame":
        b, plan = self.b, self.routine.plan
        table = _Table(b)
        shared = table[plan.slots]
        own = b.add(i64(plan.shared_bytes), b.mul(self.thread, i64(plan.private_bytes)))
        private = b.address(shared, "uint8", own)
        self._share(self.routine, steps)
        self.first = b.compare("icmp eq", self.thread, i64(0))
        return _Frame(self.routine, table, shared, private, Value("int64", 1, "%step"))

    @contextmanager
    def _loop(self) -> Iterator[Value]:
        """Over the steps of the program."""
        with self.b.loop(Value("int64", 1, "%first"), Value("int64", 1, "%last")) as loop:
            yield loop.index

    def _closed(self) -> str:
        declared, enter, leave = FLUSH.get(self.target.triple.split("-")[0], ("", "", ""))
        head = "define void @run(i64 %thread, i64 %team, i64 %first, i64 %last, ptr %table, ptr %sync) {"
        return "\n".join([declared, head, "entry:", enter, *self.b.entry, *self.b.lines, leave, "  ret void", "}"])

    def _share(self, routine: Routine, steps: Steps) -> None:
        """The thread's part of every axis that is shared out, in whole grains."""
        b = self.b
        for at in sorted(number for number in steps if number is not None):
            kernel, how, function = routine.kernels[at], routine.schedules[at], routine.functions[at]
            for inner in function.routines if isinstance(function, Nested) else ():
                self._share(inner, _steps(inner))
            if how.how != "split" or how.split is None:
                continue
            extent, grain = kernel.domain[how.split], how.grain
            if (extent, grain) in self.shares:
                continue
            blocks = i64(-(-extent // grain))
            edges = []
            for number in (self.thread, b.add(self.thread, i64(1))):
                block = b.binary("sdiv", b.mul(number, blocks), self.team)
                edges.append(b.minimum(b.mul(block, i64(grain)), i64(extent)))
            self.shares[extent, grain] = edges[0], edges[1]

    def _walk(self, frame: _Frame, steps: Steps | None = None) -> None:
        """All kernels of a step, and the barriers; or only these."""
        routine = frame.routine
        for number in _steps(routine) if steps is None else steps:
            function = None if number is None else routine.functions[number]
            if number is None:
                self._barrier()
            elif isinstance(function, Nested):
                predicate = self._pointer(frame, function.first)
                NESTED[function.node.op](self, function, self._inside(frame, function), predicate)
            elif function is not None and routine.schedules[number].how == "single":
                with self.b.when(self.first):
                    self._call(frame, number, function)
            elif function is not None:
                self._call(frame, number, function)

    def _barrier(self) -> None:
        self.b.do("call void @barrier(ptr %sync, i64 %team)")

    def _call(self, frame: _Frame, number: int, function: Function) -> None:
        how, kernel = frame.routine.schedules[number], frame.routine.kernels[number]
        low, high = i64(0), i64(1)
        if how.split is not None:
            low, high = i64(0), i64(kernel.domain[how.split])
            if how.how == "split":
                low, high = self.shares[kernel.domain[how.split], how.grain]
        pointers = [f"ptr {self._pointer(frame, node)}" for node in function.buffers]
        self.b.do(f"call void @{self.names[kernel.name]}({', '.join([low.typed, high.typed, *pointers])})")

    def _pointer(self, frame: _Frame, node: Node) -> str:
        where = frame.routine.plan.placements[node]
        if where.place == "table":
            return frame.slots[where.at]
        if where.place == "output":
            return self._slice(frame.slots[where.at], node, frame.step)
        base = frame.shared if where.place == "shared" else frame.private
        return self.b.address(base, "uint8", i64(where.at))

    def _slice(self, pointer: str, node: Node, step: Value) -> str:
        """Where the node of a step lies in an array of all steps."""
        size = size_of(node.shape) * dtypes.itemsize(node.dtype)
        return self.b.address(pointer, "uint8", self.b.mul(step, i64(size)))

    # --- programs inside ---

    def _inside(self, frame: _Frame, nested: Nested) -> list[_Frame]:
        """The frames of a nested program's routines."""
        frames = []
        for routine, table, scratch in zip(nested.routines, nested.tables, nested.scratch, strict=True):
            slots = [self._pointer(frame, node) for node in table]
            shared, private = (self._pointer(frame, node) for node in scratch)
            frames.append(_Frame(routine, slots, shared, private, i64(0)))
        return frames

    def _scan(self, nested: Nested, frames: list[_Frame], first_operand: str) -> None:
        """A loop whose slices move from step to step."""
        b, (frame,) = self.b, frames
        body = frame.routine.program
        length, scanned, reverse = (nested.node.attributes[key] for key in ("length", "scanned", "reverse"))
        with b.loop(i64(0), i64(length)) as loop:
            step = b.sub(i64(length - 1), loop.index) if reverse else loop.index
            slots = [frame.slots[i] for i in range(len(nested.tables[0]))]
            for i in range(len(body.inputs) - scanned, len(body.inputs)):
                slots[i] = self._slice(slots[i], body.inputs[i], step)
            self._walk(frame._replace(slots=slots, step=step))

    def _while(self, nested: Nested, frames: list[_Frame], begins: str) -> None:
        """Every thread reads whether to go on; none writes it again before all have."""
        b, (frame,) = self.b, frames
        body, end = b.fresh_label("body"), b.fresh_label("done")
        b.branch_if(b.load(begins, "bool", i64(0)), body, end)
        b.label(body)
        self._walk(frame)
        self._barrier()
        again = b.load(frame.slots[-1], "bool", i64(0))
        self._barrier()
        b.branch_if(again, body, end)
        b.label(end)

    def _cond(self, nested: Nested, frames: list[_Frame], predicate: str) -> None:
        """Every thread takes the same branch."""
        chosen = self.b.load(predicate, "bool", i64(0))
        with self.b.when(chosen):
            self._walk(frames[0])
        with self.b.when(self.b.binary("xor", chosen, const(True, "bool"))):
            self._walk(frames[1])


NESTED: dict[str, Callable[[_Main, Nested, list[_Frame], str], None]] = {
    "scan": _Main._scan,
    "while_loop": _Main._while,
    "cond": _Main._cond,
}
