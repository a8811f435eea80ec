"""Configs of anything: for `get_config` and `from_config` of layers that hold other objects."""

from collections.abc import Mapping
from typing import Any

from oribi.config import families
from oribi.config.scopes import custom_object_scope, trusting_code
from oribi.config.serialization import deserialize, serialize


def serialize_keras_object(obj: Any) -> Any:
    """The config of a layer, an initializer, a loss, ... or of a nest of them.

    Args:
        obj: an object, or a nest of objects and plain values.

    >>> from oribi import initializers
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

    >>> from oribi import layers
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
    family = families.family_of(str(config.get("module") or ""))
    return deserialize(config, families.table(family), families.FAMILIES[family][0])
