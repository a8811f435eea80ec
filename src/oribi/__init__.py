"""oribi: the Keras API as one small, fast, embedded library.

>>> import oribi
>>> model = oribi.Sequential([oribi.layers.Dense(2, activation="relu"), oribi.layers.Dense(1)])
>>> model(oribi.ops.ones((3, 4))).shape
(3, 1)
"""

import importlib as _importlib
from typing import TYPE_CHECKING
from typing import Any as _Any

__version__ = "0.1.0"

_MODULES = (
    "activations",
    "callbacks",
    "datasets",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "random",
    "regularizers",
    "tf",
    "utils",
)
_NAMES = {
    "Input": "layers",
    "Layer": "layers",
    "Model": "models",
    "Sequential": "models",
    "Tensor": "tensor",
    "Variable": "tensor",
    "Loss": "losses",
    "Metric": "metrics",
    "Optimizer": "optimizers",
    "Initializer": "initializers",
    "Regularizer": "regularizers",
}

__all__ = [*_MODULES, *_NAMES]

if TYPE_CHECKING:
    from . import (
        activations,
        callbacks,
        datasets,
        initializers,
        layers,
        losses,
        metrics,
        models,
        ops,
        optimizers,
        random,
        regularizers,
        tf,
        utils,
    )
    from .initializers import Initializer
    from .layers import Input, Layer
    from .losses import Loss
    from .metrics import Metric
    from .models import Model, Sequential
    from .optimizers import Optimizer
    from .regularizers import Regularizer
    from .tensor import Tensor, Variable


def __getattr__(name: str) -> _Any:
    """Modules are imported when they are first used: `import oribi` alone is quick."""
    if name in _MODULES:
        return _importlib.import_module(f"oribi.{name}")
    if name in _NAMES:
        return getattr(_importlib.import_module(f"oribi.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'oribi' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
