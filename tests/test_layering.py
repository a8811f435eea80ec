"""Imports point down the floors of docs/design.md, and no module reaches itself through others, but where `UPWARD` says so.

All imports count: at the top of a module, inside of functions, and for type checkers.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src/oribi"
FLOORS = [
    {"changes", "context", "nest", "version"},
    {"config.names", "config.scopes", "config.serialization", "config.families"},
    {"graph"},
    {"config.defaults", "config.policies"},
    {"engines.engine", "engines.host", "engines.reference"},
    {"compiler"},
    {"engines", "engines.cpu"},
    {"values", "config"},
    {"ops"},
    {"random", "tape"},
    {"data"},
    {"utils", "backend", "dtype_policies", "mixed_precision", "tree"},
    {"activations", "constraints", "initializers", "regularizers"},
    {"layers", "losses", "optimizers", "callbacks"},
    {"metrics"},
    {"training"},
    {"models", "saving", "export"},
    {"datasets"},
    {"tf", "cli"},
]
LEVEL = {f"oribi.{name}": number for number, floor in enumerate(FLOORS) for name in floor}
# Modules of a family that families beside or below it may use: they import nothing of theirs themselves.
LEAVES = {"oribi.utils.files", "oribi.utils.progbar", "oribi.losses.reduction"}
# Imports that are meant although they point up: module -> what it imports, inside of the function that needs it.
UPWARD = {
    ("oribi.layers.function", "oribi"),  # the names that a Lambda's stored code finds around it
    ("oribi.datasets.synthetic_digits", "oribi"),  # a model is what makes the digits
    ("oribi.models", "oribi.saving"),  # `models.load_model` and so on, as in Keras
    ("oribi.models.model", "oribi.saving"),  # `Model.save` and so on, as in Keras
    ("oribi.models.model", "oribi.export"),
    ("oribi.models.model", "oribi.models.functional"),  # `Model(inputs, outputs)` is a Functional
}


def name_of(path: Path) -> str:
    parts = ("oribi", *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(SOURCE.rglob("*.py"))}


def imports(module: str) -> Iterator[str]:
    """The modules of oribi that a module imports."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names if base in MODULES else ():
                yield f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base


IMPORTS = {module: set(imports(module)) - {module} for module in MODULES}


def level(module: str) -> int | None:
    """The floor of a module: that of the longest name in `FLOORS` that it begins with."""
    while module and module not in LEVEL:
        module = module.rpartition(".")[0]
    return LEVEL.get(module)


@pytest.mark.parametrize("module", [m for m in MODULES if m != "oribi"])
def test_imports_point_down(module):
    for name in IMPORTS[module] - LEAVES:
        if (module, name) not in UPWARD and level(name) is not None:
            assert level(name) <= level(module), f"{module} imports {name}, which lies above it"


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The strongly connected components of more than one module (Tarjan, 1972)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(module: str) -> None:
        number[module] = lowest[module] = len(number)
        stack.append(module)
        for other in sorted(graph[module]):
            if other not in number:
                visit(other)
            if other in stack:
                lowest[module] = min(lowest[module], lowest[other])
        if lowest[module] == number[module]:
            at = stack.index(module)
            found.append(stack[at:])
            del stack[at:]

    for module in graph:
        if module not in number:
            visit(module)
    return [sorted(component) for component in found if len(component) > 1]


def test_no_module_reaches_itself():
    graph = {m: {n for n in names if (m, n) not in UPWARD} for m, names in IMPORTS.items()}
    assert circles(graph) == []


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"e"}}) == [["a", "b", "c"]]


def test_every_upward_import_is_one():
    """What is listed is there, and is needed: without it there would be no circle, or it points up."""
    for module, name in UPWARD:
        assert name in IMPORTS[module], f"{module} does not import {name} any more"


def test_no_engine_is_named_above_the_engines():
    """Above, there is `oribi.engines` alone: but for what writes machine code to files, and prints which CPU there is."""
    allowed = {"oribi.export.library", "oribi.export.native", "oribi.cli.main"}
    for module, names in IMPORTS.items():
        if not module.startswith(("oribi.engines", "oribi.compiler")) and module not in allowed:
            assert not any(name.startswith("oribi.engines.") for name in names), module
