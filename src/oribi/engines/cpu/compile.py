"""compile: Program -> LLVM text, every stage in the order in which it runs."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from oribi.compiler.loops import materialize_operands, prepare, sink, tidy
from oribi.compiler.lower import lower
from oribi.compiler.simplify import simplify
from oribi.compiler.verify import verify_program
from oribi.graph.program import Program

from .debug import debug
from .emit.module import module
from .layout import lay_out
from .routine import routine
from .target import Target

Array = Any


@dataclass(frozen=True)
class Compiled:
    """A program's LLVM text, and what a caller must know to run it.

    Attributes:
        text: the module.
        arena: bytes shared by the team, and bytes of each thread's own.
        constants: arrays that the code reads; those whose elements are all alike hold one.
        work: element operations of one step.
        kernels: the kernels with their schedules and phases, to print.
    """

    text: str
    arena: tuple[int, int]
    constants: list[Array]
    work: int
    kernels: list[str]


def compile_program(program: Program, target: Target, alone: bool = False) -> Compiled:
    """Compile a program.

    Args:
        program: what to compile.
        target: the CPU that the code is for.
        alone: no team will run it, so it needs no barrier.

    Returns:
        Its LLVM text. `ORIBI_DEBUG=graph,kernels,llvm` prints the program, its kernels and the text on the way.
    """
    _print("graph", lambda: str(program))
    made = routine(rewritten(program), target)
    _print("kernels", lambda: "\n".join(made.listing()))
    text = module(made, target, alone)
    _print("llvm", lambda: text)
    plan, constants = made.plan, [n.attributes["value"] for n in made.plan.constants]
    arena = plan.shared_bytes, plan.private_bytes
    return Compiled(text, arena, constants, made.work(), made.listing())


def rewritten(program: Program) -> Program:
    """The program after all that happens to it before it is fused; the programs inside of it go the same way."""
    for step in PASSES:
        program = step(program)
        if debug("verify"):
            verify_program(program)
    return program


def _prepare(program: Program) -> Program:
    return prepare(program, rewritten)


PASSES: tuple[Callable[[Program], Program], ...] = (
    tidy,
    sink,
    lower,
    simplify,
    _prepare,
    lay_out,
    materialize_operands,
)


def _print(what: str, text: Callable[[], str]) -> None:
    if debug(what):
        print(text(), file=sys.stderr)
