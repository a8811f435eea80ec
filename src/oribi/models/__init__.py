"""Models, under the names of `keras.models`: layers that can be trained.

In:   layers.
Out:  something with fit, evaluate and predict.
"""

from typing import Any as _Any

from .functional import Functional
from .model import Model
from .sequential import Sequential

_FROM_SAVING = ("clone_model", "load_model", "model_from_json", "save_model")


def __getattr__(name: str) -> _Any:
    """Keras has these here, too; they are loaded when first used."""
    if name in _FROM_SAVING:
        from oribi import saving

        return getattr(saving, name)
    raise AttributeError(f"oribi.models has no {name!r}")


__all__ = ["Functional", "Model", "Sequential"]
