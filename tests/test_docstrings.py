"""Public docstrings name every argument that there is."""

import importlib
import inspect
import re

import pytest

from tests.test_namespaces import NAMES


def public():
    """Every public class and function, by its full name, each once."""
    seen = {}
    for namespace in NAMES:
        module = importlib.import_module(namespace)
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isclass(thing) or inspect.isfunction(thing):
                seen.setdefault(id(thing), (f"{namespace}.{name}", thing))
    return dict(seen.values())


THINGS = public()
NO_CONSTRUCTOR = {"oribi.Tensor"}  # tensors are made by ops


def text_of(thing):
    """The docstring; of a class with those of its bases, which say what all of a kind take."""
    if not inspect.isclass(thing):
        return thing.__doc__ or ""
    return "\n".join(base.__doc__ or "" for base in thing.__mro__ if base is not object)


@pytest.mark.parametrize("name", THINGS)
def test_there_is_a_line_that_says_what_it_is(name):
    first = (THINGS[name].__doc__ or "").strip().splitlines()
    assert (first and first[0].rstrip().endswith((".", ":", ","))) or len(first) > 1


@pytest.mark.parametrize("name", [name for name in THINGS if name not in NO_CONSTRUCTOR])
def test_every_argument_is_named(name):
    thing = THINGS[name]
    parameters = inspect.signature(thing.__init__ if inspect.isclass(thing) else thing).parameters.values()
    named = [p.name for p in parameters if p.name != "self" and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if name.startswith("oribi.tf."):
        named = [argument for argument in named if argument != "name"]  # the module says it once for all
    missing = [argument for argument in named if not re.search(rf"\b{argument}\b", text_of(thing))]
    assert not missing, f"{name} does not say what {missing} are"


@pytest.mark.parametrize("name", [name for name in THINGS if inspect.isfunction(THINGS[name])])
def test_no_argument_is_named_that_is_not_there(name):
    section = re.search(r"Args:\n((?:[ ]{8}.*\n?)+)", THINGS[name].__doc__ or "")
    lines = section.group(1).splitlines() if section else []
    listed = [n.strip() for line in lines if (m := re.match(r" {8}([\w, ]+):", line)) for n in m.group(1).split(",")]
    there = set(inspect.signature(THINGS[name]).parameters)
    assert set(listed) <= there, set(listed) - there
