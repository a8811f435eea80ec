"""Arguments that are Keras' too stand in Keras' order, and have Keras' defaults."""

import inspect

import pytest

import oribi

PLACES = """layers losses metrics optimizers optimizers.schedules initializers regularizers constraints activations callbacks ops
random utils models saving"""
OTHERWISE = {
    "pool_size": "Keras has none for average pooling, and the pair of ours for max pooling",
    "name": "made of the class's, where it is not given",
    "zipped": "a file is always zipped",
}
LARGER = {"CallbackList", "where", "arange"}  # take fewer ways of calling than Keras'


def found(library, place):
    for part in place.split("."):
        library = getattr(library, part)
    return library


def defaults(function):
    """The defaults by argument; sizes that are equal along all axes as one number."""
    made = function.__init__ if inspect.isclass(function) else function
    try:
        parameters = inspect.signature(made).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {p.name: plain(p.default) for p in parameters if p.default is not p.empty}


def plain(value):
    if isinstance(value, tuple) and value and all(plain(v) == plain(value[0]) for v in value):
        return plain(value[0])
    return value.lower() if isinstance(value, str) else value


@pytest.mark.parametrize("place", PLACES.split())
def test_defaults_are_those_of_keras(keras, place):
    ours, theirs = found(oribi, place), found(keras, place)
    differing = []
    for name in dir(ours):
        if name.startswith("_") or name in LARGER or not callable(getattr(theirs, name, None)):
            continue
        mine, other = defaults(getattr(ours, name)), defaults(getattr(theirs, name))
        shared = set(mine) & set(other) - set(OTHERWISE)
        differing += [(name, key, mine[key], other[key]) for key in sorted(shared) if mine[key] != other[key]]
    assert not differing


def places(function):
    """The arguments that may be given by place, in order."""
    made = function.__init__ if inspect.isclass(function) else function
    try:
        parameters = list(inspect.signature(made).parameters.values())[inspect.isclass(function) :]
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]


ORDERED_OTHERWISE = {"Metric", "deserialize", "serialize", "CallbackList", "Progbar"}  # and what is no name of Keras'


@pytest.mark.parametrize("place", PLACES.split())
def test_arguments_by_place_mean_what_they_mean_in_keras(keras, place):
    ours, theirs = found(oribi, place), found(keras, place)
    differing = []
    for name in dir(ours):
        if name.startswith("_") or name in ORDERED_OTHERWISE or not callable(getattr(theirs, name, None)):
            continue
        mine, other = places(getattr(ours, name)), places(getattr(theirs, name))
        if any(a != b for a, b in zip(mine, other, strict=False)):
            differing.append((name, mine, other))
    assert not differing
