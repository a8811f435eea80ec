"""Imports only ever point down the floors of docs/design.md."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src/oribi"
FLOORS = [
    {"changes", "nest"},
    {"graph"},
    {"engines"},
    {"tensor"},
    {"ops"},
    {"random", "tape"},
    {"utils"},
    {"activations", "constraints", "initializers", "regularizers"},
    {"layers", "losses", "optimizers", "callbacks"},
    {"metrics"},
    {"training"},
    {"models", "saving"},
    {"datasets"},
    {"tf", "cli"},
]
LEVEL = {name: number for number, floor in enumerate(FLOORS) for name in floor}
# Modules of a family that families beside or below it may use: they import nothing of oribi themselves.
LEAVES = {"oribi.utils.files", "oribi.utils.registry", "oribi.utils.progbar"}
LEAVES |= {"oribi.layers.naming", "oribi.losses.reduction"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module == "oribi":
                yield from (f"oribi.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_point_down(path):
    own = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "oribi" or len(parts) == 1 or name in LEAVES or parts[1] not in LEVEL:
            continue
        known_upward = path.name == "tensor.py" and name == "oribi.ops.core"  # Variable.assign under a trace
        assert LEVEL[parts[1]] <= LEVEL[own] or known_upward, f"{path.name} imports {name}, which lies above it"


def test_no_engine_is_named_above_the_engines():
    allowed = {"tensor.py", "training/step.py", "saving/exporting.py", "cli/main.py"}
    for path in SOURCE.rglob("*.py"):
        inside = str(path.relative_to(SOURCE))
        if inside.startswith("engines") or inside in allowed:
            continue
        assert not any(name.startswith("oribi.engines") for name in imports(path)), inside
