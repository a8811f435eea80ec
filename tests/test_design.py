"""docs/design.md is true: what it quotes is what the compiler writes, and the files and functions that it names are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/design.md").read_text()
QUOTES = re.findall(r"<!-- golden/(\S+) -->\n```\w*\n(.*?)```", PAGE, re.DOTALL)
FILES = sorted(set(re.findall(r"`([\w/]+\.(?:py|txt|ll))`", PAGE)))
FOLDERS = sorted(set(re.findall(r"`([\w/]+/)`", PAGE)))
FUNCTIONS = sorted(set(re.findall(r"\(`([\w/]+\.py)`, `(\w+)`\)", PAGE)))
SOURCES = [str(p.relative_to(ROOT)) for folder in ("src/oribi", "tests", "bench") for p in (ROOT / folder).rglob("*")]


@pytest.mark.parametrize("name, text", QUOTES, ids=[name for name, _ in QUOTES])
def test_what_is_quoted_is_in_the_golden_text(name, text):
    lines = iter((ROOT / "tests/engines/cpu/golden" / name).read_text().splitlines())
    for line in text.splitlines():
        assert line.lstrip("; ").startswith("...") or line in lines, f"{name} has no {line!r} here"


def test_every_stage_is_quoted_from():
    assert {name for name, _ in QUOTES} == {"graph.txt", "kernels.txt", "module.ll"}


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_named_are_there(name):
    assert any(path == name or path.endswith(f"/{name}") for path in SOURCES)


@pytest.mark.parametrize("name", FOLDERS)
def test_folders_that_are_named_are_there(name):
    found = [ROOT / name, ROOT / "src/oribi" / name, ROOT / "src/oribi/engines/cpu" / name]
    assert any(folder.is_dir() for folder in found)


@pytest.mark.parametrize("file, name", FUNCTIONS)
def test_functions_are_where_the_page_says(file, name):
    (path,) = [ROOT / p for p in SOURCES if p.endswith(f"/{file}") and p.startswith("src")]
    assert re.search(rf"^\s*(def|class) {name}\b|^{name}\b", path.read_text(), re.MULTILINE)
