"""The TensorFlow-shaped facade: `from oribi import tf` runs programs written for `import tensorflow as tf`.

What is here means what TensorFlow means by it; what is not there yet raises an AttributeError that says so.
"""

from typing import Any as _Any

from .names import *  # noqa: F403
from .names import __all__ as __all__


def __getattr__(name: str) -> _Any:
    raise AttributeError(f"oribi's tf has no {name!r} yet; it has {', '.join(sorted(__all__))}")
