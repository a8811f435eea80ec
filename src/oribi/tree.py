"""`oribi.tree`, under the names of `keras.tree`: nests of lists, tuples, named tuples and dicts.

Dicts are walked in the order of their sorted keys, an `OrderedDict` in its own; None is a leaf, and the kinds of containers stay.
"""

import collections as _collections
from collections.abc import Callable as _Callable
from collections.abc import Iterator as _Iterator
from collections.abc import Mapping as _Mapping
from typing import Any as _Any


class MAP_TO_NONE:
    """What `traverse`'s function returns to put None in a place."""


def is_nested(structure: _Any) -> bool:
    """Whether something is a container.

    Args:
        structure: anything.

    >>> is_nested([1]), is_nested(1), is_nested("text")
    (True, False, False)
    """
    return isinstance(structure, list | tuple | _Mapping | _collections.deque)


def _keys(mapping: _Mapping[_Any, _Any]) -> list[_Any]:
    if isinstance(mapping, _collections.OrderedDict):
        return list(mapping)
    try:
        return sorted(mapping)
    except TypeError:  # keys of several kinds
        return list(mapping)


def _items(structure: _Any) -> list[tuple[_Any, _Any]]:
    """Keys and parts of a container."""
    if isinstance(structure, _Mapping):
        return [(key, structure[key]) for key in _keys(structure)]
    return list(enumerate(structure))


def _rebuilt(structure: _Any, parts: list[_Any]) -> _Any:
    """A container of the same kind."""
    if isinstance(structure, _collections.defaultdict):
        return _collections.defaultdict(structure.default_factory, _in_order(structure, parts))
    if isinstance(structure, _Mapping):
        return type(structure)(_in_order(structure, parts))  # type: ignore[call-arg]
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*parts)
    return type(structure)(parts)


def _in_order(structure: _Mapping[_Any, _Any], parts: list[_Any]) -> dict[_Any, _Any]:
    """Parts in the order that the keys had."""
    made = dict(zip(_keys(structure), parts, strict=True))
    return {key: made[key] for key in structure}


def flatten_with_path(structure: _Any) -> list[tuple[tuple[_Any, ...], _Any]]:
    """The leaves, each with the keys and numbers that lead to it.

    Args:
        structure: a nest.

    >>> flatten_with_path({"b": [1, 2], "a": 3})
    [(('a',), 3), (('b', 0), 1), (('b', 1), 2)]
    """
    return list(_leaves(structure, ()))


def _leaves(structure: _Any, path: tuple[_Any, ...]) -> _Iterator[tuple[tuple[_Any, ...], _Any]]:
    if not is_nested(structure):
        yield path, structure
        return
    for key, part in _items(structure):
        yield from _leaves(part, (*path, key))


def flatten(structure: _Any) -> list[_Any]:
    """The leaves.

    Args:
        structure: a nest.

    >>> flatten({"b": [1, None], "a": (3,)})
    [3, 1, None]
    """
    return [leaf for _, leaf in _leaves(structure, ())]


def map_structure(func: _Callable[..., _Any], *structures: _Any, none_is_leaf: bool = True) -> _Any:
    """A nest like the first, of what a function gives for the leaves of all.

    Args:
        func: called with a leaf of each.
        structures: nests that are alike.
        none_is_leaf: call it for None too; otherwise None stays.

    Raises:
        TypeError: func cannot be called.
        ValueError: no nest, or nests that differ.

    >>> map_structure(lambda a, b: a + b, [1, {"x": 2}], [10, {"x": 20}])
    [11, {'x': 22}]
    """
    if not callable(func):
        raise TypeError(f"`func` must be callable, got {func!r}")
    if not structures:
        raise ValueError("Must provide at least one structure")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)
    return _mapped(func, structures, none_is_leaf)


def _mapped(func: _Callable[..., _Any], structures: tuple[_Any, ...], none_is_leaf: bool = True) -> _Any:
    first = structures[0]
    if first is None and not none_is_leaf:
        return None
    if not is_nested(first):
        return func(*structures)
    parts = zip(*([part for _, part in _items(s)] for s in structures), strict=True)
    return _rebuilt(first, [_mapped(func, each, none_is_leaf) for each in parts])


def map_structure_up_to(shallow_structure: _Any, func: _Callable[..., _Any], *structures: _Any) -> _Any:
    """A nest like the shallow one, of what a function gives for what the others have in the places of its leaves.

    Args:
        shallow_structure: the nest.
        func: called with a part of each.
        structures: nests that are alike as far as the shallow one goes.

    Raises:
        ValueError: no nest, or nests that differ.

    >>> map_structure_up_to([0, 0], lambda part: part, [1, [2, 3]])
    [1, [2, 3]]
    """
    if not structures:
        raise ValueError("Must provide at least one structure")
    if not is_nested(shallow_structure):
        return func(*structures)
    keys = [key for key, _ in _items(shallow_structure)]
    for other in structures:
        if not is_nested(other) or [key for key, _ in _items(other)] != keys:
            raise ValueError(f"`{other!r}` does not have the structure of `{shallow_structure!r}`")
    parts = zip(*([part for _, part in _items(s)] for s in (shallow_structure, *structures)), strict=True)
    return _rebuilt(shallow_structure, [map_structure_up_to(first, func, *rest) for first, *rest in parts])


def assert_same_structure(a: _Any, b: _Any) -> None:
    """Raise a ValueError unless two nests are alike but for their leaves.

    Args:
        a, b: nests.

    Raises:
        ValueError: they differ, in a kind of container, its length or its keys.

    >>> assert_same_structure([1, (2,)], [3, (4,)])
    """
    different = ValueError(f"`a` and `b` don't have the same structure.\n`a`: {a!r}\n`b`: {b!r}")
    if is_nested(a) != is_nested(b):
        raise different
    if not is_nested(a):
        return
    both_maps = isinstance(a, _Mapping) and isinstance(b, _Mapping)
    if not both_maps and type(a) is not type(b):
        raise different
    of_a, of_b = _items(a), _items(b)
    if [key for key, _ in of_a] != [key for key, _ in of_b]:
        raise different
    for (_, one), (_, other) in zip(of_a, of_b, strict=True):
        assert_same_structure(one, other)


def assert_same_paths(a: _Any, b: _Any) -> None:
    """Raise a ValueError unless the same keys and numbers lead to the leaves of two nests.

    Args:
        a, b: nests.

    Raises:
        ValueError: they differ.
    """
    paths_of = [{path for path, _ in flatten_with_path(nest)} for nest in (a, b)]
    if paths_of[0] != paths_of[1]:
        raise ValueError(f"`a` and `b` don't have the same paths. a: {paths_of[0]}, b: {paths_of[1]}")


def pack_sequence_as(structure: _Any, flat_sequence: _Any) -> _Any:
    """A nest like another one, of other leaves.

    Args:
        structure: the nest.
        flat_sequence: the leaves, as `flatten` gives them.

    Raises:
        TypeError: the leaves are no sequence.
        ValueError: more or fewer leaves than it has.

    >>> pack_sequence_as({"b": [0, 0], "a": 0}, [1, 2, 3])
    {'b': [2, 3], 'a': 1}
    """
    if not isinstance(flat_sequence, list | tuple | _collections.deque):
        raise TypeError(f"flat_sequence must be a sequence, got {type(flat_sequence).__name__}")
    count = len(flatten(structure))
    if count != len(flat_sequence):
        raise ValueError(f"the structure has {count} leaves, and flat_sequence {len(flat_sequence)}")
    leaves = iter(flat_sequence)
    return _mapped(lambda _: next(leaves), (structure,))


def lists_to_tuples(structure: _Any) -> _Any:
    """The nest with tuples in place of lists.

    Args:
        structure: a nest.

    >>> lists_to_tuples([1, [2]])
    (1, (2,))
    """
    return traverse(lambda part: tuple(part) if isinstance(part, list) else None, structure, top_down=False)


def map_shape_structure(func: _Callable[..., _Any], structure: _Any) -> _Any:
    """The nest with a function applied to each shape in it, a tuple or list of numbers and None.

    Args:
        func: called with a shape.
        structure: a nest of shapes.

    Raises:
        TypeError: func cannot be called.

    >>> map_shape_structure(len, {"a": (None, 3), "b": (2,)})
    {'a': 2, 'b': 1}
    """
    if not callable(func):
        raise TypeError(f"`func` must be callable, got {func!r}")
    if isinstance(structure, list | tuple) and all(part is None or isinstance(part, int) for part in structure):
        return func(tuple(structure))
    if not is_nested(structure):
        return structure
    return _rebuilt(structure, [map_shape_structure(func, part) for _, part in _items(structure)])


def traverse(func: _Callable[[_Any], _Any], structure: _Any, top_down: bool = True) -> _Any:
    """The nest with parts replaced by what a function gives for them, where that is not None.

    Args:
        func: called with each container and leaf; `MAP_TO_NONE` stands for None.
        structure: a nest.
        top_down: containers before what is in them, which is then left alone where they are replaced.

    Raises:
        TypeError: func cannot be called.

    >>> traverse(lambda part: part * 10 if isinstance(part, int) else None, [1, [2]])
    [10, [20]]
    """
    if not callable(func):
        raise TypeError(f"`func` must be callable, got {func!r}")
    if top_down and (given := func(structure)) is not None:
        return None if given is MAP_TO_NONE else given
    made = structure
    if is_nested(structure):
        made = _rebuilt(structure, [traverse(func, part, top_down) for _, part in _items(structure)])
    if not top_down and (given := func(made)) is not None:
        return None if given is MAP_TO_NONE else given
    return made


__all__ = [
    "MAP_TO_NONE",
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]
