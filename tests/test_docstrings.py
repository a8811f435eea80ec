"""Public docstrings name every argument that there is, the shapes of layers, and the errors that are raised."""

import ast
import importlib
import inspect
import re
import textwrap

import pytest

import oribi
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


LAYERS = [name for name in THINGS if inspect.isclass(THINGS[name]) and issubclass(THINGS[name], oribi.Layer)]


@pytest.mark.parametrize("name", [name for name in LAYERS if name.startswith("oribi.layers.")])
def test_a_layer_says_its_shapes(name):
    own = THINGS[name].__doc__
    assert ("Input shape: " in own and "Output shape: " in own) or re.search(r"`\(batch.*\)` to `\(batch.*\)`", own)


def functions_of(thing):
    """A function; of a class its constructor and its public methods, and what Keras' users override."""
    if inspect.isfunction(thing):
        return [thing]
    return [f for name, f in vars(thing).items() if inspect.isfunction(f) and (name == "__init__" or name[0] != "_")]


def errors_of(function):
    """The classes of errors that a function raises by itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    return {c.func.id for c in calls if isinstance(c.func, ast.Name)} - {"NotImplementedError"}  # what is not there yet


@pytest.mark.parametrize("name", THINGS)
def test_errors_are_named(name):
    for function in functions_of(THINGS[name]):
        said = (function.__doc__ or "") + (THINGS[name].__doc__ or "")
        unsaid = {error for error in errors_of(function) if error[0].isupper() and error not in said}
        assert not unsaid, f"{name}: {function.__name__} does not say that it raises {unsaid}"
