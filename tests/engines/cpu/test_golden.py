"""What one small step looks like after every stage, as text: docs/design.md points here.

    pytest tests/engines/cpu/test_golden.py --update-golden

writes the files anew where a change is meant.
"""

from pathlib import Path

import pytest

import oribi
from oribi import layers
from oribi.engines.cpu.compile import PASSES, compile_program
from oribi.engines.cpu.emit.module import module
from oribi.engines.cpu.routine import routine
from oribi.engines.cpu.target import AVX2
from oribi.graph.program import Program
from oribi.training.step import Layout, StepTrace, traced

FOLDER = Path(__file__).parent / "golden"


def step() -> Program:
    """Eight rows of a network of two layers: squared error, plain gradient descent."""
    hidden = layers.Dense(16, activation="relu", name="hidden")
    model = oribi.Sequential([layers.Input((4,)), hidden, layers.Dense(3, name="head")], name="net")
    model.compile(oribi.optimizers.SGD(0.1), "mse")
    columns = (((4,), "float32"), ((3,), "float32"))
    return traced(model, Layout("train", 8, True, columns, ("leaf", "leaf")), StepTrace())[0]


def stages() -> dict[str, str]:
    """The text after each stage, by the name of its file; not of passes that leave the program as it is."""
    program = step()
    text = f"{program}\n"
    texts = {"graph.txt": text}
    for number, change in enumerate(PASSES, 1):
        program = change(program)
        before, text = text, f"{program}\n"
        if text != before:
            texts[f"{number}_{change.__name__.strip('_')}.txt"] = text
    made = routine(program, AVX2)
    texts["kernels.txt"] = "\n".join([*made.listing(), ""])
    texts["module.ll"] = module(made, AVX2)
    return texts


TEXTS = stages()


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_stage_gives_the_text_that_is_kept(name, request):
    path = FOLDER / name
    if request.config.getoption("--update-golden"):
        path.write_text(TEXTS[name])
    assert path.read_text() == TEXTS[name], f"{name} has changed; if that is meant, run with --update-golden"


def test_there_is_a_text_for_every_file():
    assert {path.name for path in FOLDER.iterdir()} == set(TEXTS)


def test_the_stages_are_those_of_the_compiler():
    """The text at the end is what `compile_program` gives for the same step."""
    assert compile_program(step(), AVX2).text == TEXTS["module.ll"]
