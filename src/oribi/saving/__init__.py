"""Saving and loading, under the names of `keras.saving`: models and weights as files that Keras reads, and the reverse.

In:   models.
Out:  files; and models out of files, which are taken for a stranger's: see docs/files.md.
"""

import typing as _typing

from oribi.config.scopes import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)

from .errors import FileProblem
from .models import clone_model, load_model, model_from_json, save_model
from .objects import deserialize_keras_object, serialize_keras_object
from .weights import load_weights, save_weights

if _typing.TYPE_CHECKING:
    from oribi.export import export

    from .inspection import inspect

CustomObjectScope = custom_object_scope


def __getattr__(name: str) -> _typing.Any:
    """What loading a model does not need is loaded when first used."""
    if name == "export":
        from oribi.export import export

        return export
    if name == "inspect":
        from .inspection import inspect

        return inspect
    raise AttributeError(f"oribi.saving has no {name!r}")


__all__ = [
    "CustomObjectScope",
    "FileProblem",
    "clone_model",
    "custom_object_scope",
    "deserialize_keras_object",
    "export",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "inspect",
    "load_model",
    "load_weights",
    "model_from_json",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]
