"""Dtype policies: the dtypes that a layer computes in and keeps its weights in."""

from collections.abc import Mapping
from typing import Any

from oribi.graph import dtypes

_global: "DTypePolicy | None" = None


class DTypePolicy:
    """The dtype that a layer computes in, and the one that its weights have. So far they are the same.

    Args:
        name: of a dtype; `oribi.config.floatx()` by default.
        source_name: taken from configs of Keras; of no meaning here.

    Raises:
        NotImplementedError: a policy that computes in another dtype than it stores.
        TypeError: no dtype.

    >>> DTypePolicy("float64").compute_dtype
    'float64'
    """

    def __init__(self, name: Any = None, source_name: str | None = None) -> None:
        name = dtypes.floatx() if name is None else name
        if isinstance(name, str) and name.startswith("mixed_"):
            raise NotImplementedError(
                f"the dtype policy {name!r} is not there yet: give a plain dtype such as 'float32'"
            )
        self.name = self.compute_dtype = self.variable_dtype = dtypes.canonical(name)
        self.source_name = source_name

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "DTypePolicy":
        """The policy of a config."""
        return cls(config.get("name"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self.name}">'


def as_policy(given: Any) -> DTypePolicy:
    """The policy of a name, a config or a policy; the global one for None.

    Raises:
        ValueError: the config is no policy's.
    """
    if given is None:
        return dtype_policy()
    if isinstance(given, DTypePolicy):
        return given
    if not isinstance(given, Mapping):
        return DTypePolicy(given)
    config = given.get("config")
    if given.get("class_name") not in ("DTypePolicy", "FloatDTypePolicy") or not isinstance(config, Mapping):
        raise ValueError(
            f"a dtype must be a name or the config of a DTypePolicy, got one of {given.get('class_name')!r}"
        )
    return DTypePolicy.from_config(config)


def dtype_policy() -> DTypePolicy:
    """The policy of layers that nobody gave one.

    >>> dtype_policy()
    <DTypePolicy "float32">
    """
    return _global or DTypePolicy()


def set_dtype_policy(policy: Any) -> None:
    """Have layers that are made from now on take another policy.

    Args:
        policy: a name, or a `DTypePolicy`.

    >>> set_dtype_policy("float32")
    """
    global _global
    _global = as_policy(policy)
