"""`oribi.dtype_policies`, under the names of `keras.dtype_policies`."""

from typing import Any as _Any

from oribi.config.policies import DTypePolicy
from oribi.config.policies import as_policy as _as_policy

FloatDTypePolicy = DTypePolicy


def get(identifier: _Any) -> DTypePolicy:
    """The policy of a name, a config or a policy; the global one for None.

    Args:
        identifier: what to look up.

    >>> get("float64")
    <DTypePolicy "float64">
    """
    return _as_policy(identifier)


def serialize(dtype_policy: DTypePolicy) -> dict[str, _Any]:
    """The config of a policy.

    Args:
        dtype_policy: the policy.
    """
    config = {"config": dtype_policy.get_config(), "class_name": "DTypePolicy", "registered_name": None}
    return {"module": "keras", **config}


def deserialize(config: _Any, custom_objects: _Any = None) -> DTypePolicy:
    """The policy of a config.

    Args:
        config: as `serialize` gives it.
        custom_objects: taken for Keras' sake: there are no policies of one's own.
    """
    return _as_policy(config)


__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "get", "serialize"]
