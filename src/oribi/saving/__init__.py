"""Saving and loading, under the names of `keras.saving`: models and weights as files that Keras reads, and the reverse.

In:   models.
Out:  files; and models out of files, which are taken for a stranger's: see docs/files.md.
"""

from oribi.utils.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from oribi.utils.registry import serialize as serialize_keras_object

from .errors import FileProblem
from .export import export
from .inspection import inspect
from .models import clone_model, load_model, model_from_json, save_model
from .weights import load_weights, save_weights

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "FileProblem",
    "clone_model",
    "custom_object_scope",
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
