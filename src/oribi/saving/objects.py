"""Configs of anything: for `get_config` and `from_config` of layers that hold other objects."""

from collections.abc import Mapping
from typing import Any

from oribi import activations, constraints, initializers, layers, losses, metrics, optimizers, regularizers
from oribi.optimizers import schedules
from oribi.utils.registry import custom_object_scope, deserialize, serialize, trusting_code

FAMILIES: dict[str, tuple[str, Mapping[str, Any]]] = {
    "optimizers.schedules": ("learning-rate schedule", schedules.TABLE),
    "activations": ("activation", activations.TABLE),
    "constraints": ("constraint", constraints.TABLE),
    "initializers": ("initializer", initializers.TABLE),
    "losses": ("loss", {**losses.TABLE, **losses.FUNCTIONS}),
    "metrics": ("metric", metrics.TABLE),
    "optimizers": ("optimizer", optimizers.TABLE),
    "regularizers": ("regularizer", regularizers.TABLE),
}


def serialize_keras_object(obj: Any) -> Any:
    """The config of a layer, an initializer, a loss, ... or of a nest of them.

    >>> serialize_keras_object(initializers.Constant(2.0))["config"]
    {'value': 2.0}
    """
    return serialize(obj)


def deserialize_keras_object(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True
) -> Any:
    """What a config, or a nest of configs, stands for; plain values stay as they are.

    Args:
        config: as `serialize_keras_object` gave it.
        custom_objects: {name: class or function} that it may name, beside what is registered.
        safe_mode: refuse the code of Python lambdas.

    Raises:
        ValueError: it names what is not known.

    >>> deserialize_keras_object(serialize_keras_object([layers.Dense(3, name="d"), 4]))
    [<Dense name=d, built=False>, 4]
    """
    with custom_object_scope(custom_objects), trusting_code(not safe_mode):
        return _object(config)


def _object(config: Any) -> Any:
    if isinstance(config, list | tuple):
        return [_object(item) for item in config]
    if not isinstance(config, Mapping):
        return config
    if not {"class_name", "config"} <= set(config):
        return {key: _object(value) for key, value in config.items()}
    module = str(config.get("module") or "")
    for place, (what, table) in FAMILIES.items():
        if f".{place}" in module:
            return deserialize(config, table, what)
    return deserialize(config, layers.TABLE, "layer")
