"""The dtype that a layer, a loss or a metric computes in."""

from typing import Any

from oribi.config.policies import as_policy


def dtype_of(given: Any) -> str:
    """The dtype of weights and computation, of a name, a policy or the config of one; the global policy's by default."""
    return as_policy(given).compute_dtype
