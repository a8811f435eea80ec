"""The table of ops: what it says of Keras is so."""

import importlib
import inspect

import pytest

from oribi import ops
from oribi.ops.registry import BY_CLASS, CALLED_WITH, OPERATIONS

WITHOUT_CLASS = {"eye", "ones", "zeros"}  # functions of shapes, which are never recorded


def class_of(name):
    op = OPERATIONS[name]
    return getattr(importlib.import_module(op.module), op.class_name, None)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_a_class_of_keras_takes_the_same_settings_and_tensors(keras, name):
    kind = class_of(name)
    if kind is None:
        assert name in WITHOUT_CLASS
        return
    assert name not in WITHOUT_CLASS
    own = inspect.signature(OPERATIONS[name].function).parameters
    settings = [p for p in own if p not in CALLED_WITH]
    theirs = set(inspect.signature(kind.__init__).parameters)
    assert set(settings) <= theirs
    called = [p for p in inspect.signature(kind.call).parameters if p != "self"]
    assert len([p for p in own if p in CALLED_WITH]) <= len(called)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_ops_are_public_and_found_by_their_class(name):
    op = OPERATIONS[name]
    if name != "getitem":
        assert getattr(ops, name) is op.public and name in ops.__all__
    assert BY_CLASS[op.class_name] is op and op.public.__wrapped__ is op.function
