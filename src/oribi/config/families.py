"""The families of classes that configs name, and where each has its table: the one place that knows them all.

A table is read when a config asks for it: families are made of modules that lie above this one.
"""

import importlib
from collections.abc import Mapping
from typing import Any

# By a part of the module that a config of Keras names: what to call one of them, and the module and the name of the table.
FAMILIES = {
    "optimizers.schedules": ("learning-rate schedule", "oribi.optimizers.schedules.schedules", "TABLE"),
    "activations": ("activation", "oribi.activations.activations", "TABLE"),
    "constraints": ("constraint", "oribi.constraints.constraints", "TABLE"),
    "initializers": ("initializer", "oribi.initializers.initializers", "TABLE"),
    "losses": ("loss", "oribi.losses.losses", "OBJECTS"),
    "metrics": ("metric", "oribi.metrics.metrics", "TABLE"),
    "optimizers": ("optimizer", "oribi.optimizers.optimizers", "TABLE"),
    "regularizers": ("regularizer", "oribi.regularizers.regularizers", "TABLE"),
    "layers": ("layer", "oribi.models.table", "TABLE"),  # models are layers, of other models too
}


def family_of(module: str) -> str:
    """The family of an object that a config finds in a module; that of layers where no other is named."""
    return next((family for family in FAMILIES if f".{family}" in module), "layers")


def table(family: str) -> Mapping[str, Any]:
    """The classes and functions of a family, by name."""
    _, module, name = FAMILIES[family]
    found: Mapping[str, Any] = getattr(importlib.import_module(module), name)
    return found
