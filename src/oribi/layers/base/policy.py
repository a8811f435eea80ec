"""The dtype that a layer, a loss or a metric computes in."""

from collections.abc import Mapping
from typing import Any

from oribi.graph import dtypes


def dtype_of(given: Any) -> str:
    """The dtype of weights and computation, of a name or of the config of a Keras policy.

    Raises:
        ValueError: the config is no policy's.
        NotImplementedError: a policy that computes in another dtype than it stores.
    """
    if isinstance(given, Mapping):
        config = given.get("config")
        if given.get("class_name") != "DTypePolicy" or not isinstance(config, Mapping):
            raise ValueError(
                f"a dtype must be a name or the config of a DTypePolicy, got one of {given.get('class_name')!r}"
            )
        given = config.get("name")
    if isinstance(given, str) and given.startswith("mixed_"):
        raise NotImplementedError(f"the dtype policy {given!r} is not there yet: give a plain dtype such as 'float32'")
    return dtypes.canonical(given or dtypes.FLOATX)
