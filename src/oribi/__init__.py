"""oribi: the Keras API as one small, fast, embedded library.

>>> import oribi
>>> model = oribi.Sequential([oribi.layers.Dense(2, activation="relu"), oribi.layers.Dense(1)])
>>> model(oribi.ops.ones((3, 4))).shape
(3, 1)
"""

import importlib as _importlib
from typing import TYPE_CHECKING
from typing import Any as _Any

from .version import __version__ as __version__

_MODULES = (
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "random",
    "regularizers",
    "saving",
    "tf",
    "tree",
    "utils",
)
_NAMES = {
    "GradientTape": "tape",
    "Input": "layers",
    "Layer": "layers",
    "Model": "models",
    "Sequential": "models",
    "KerasTensor": "values",
    "DTypePolicy": "dtype_policies",
    "Tensor": "values",
    "Variable": "values",
    "Loss": "losses",
    "Metric": "metrics",
    "Optimizer": "optimizers",
    "Initializer": "initializers",
    "Constraint": "constraints",
    "Regularizer": "regularizers",
}

__all__ = [*_MODULES, *_NAMES]

if TYPE_CHECKING:
    from . import activations as activations
    from . import backend as backend
    from . import callbacks as callbacks
    from . import config as config
    from . import constraints as constraints
    from . import datasets as datasets
    from . import dtype_policies as dtype_policies
    from . import initializers as initializers
    from . import layers as layers
    from . import losses as losses
    from . import metrics as metrics
    from . import mixed_precision as mixed_precision
    from . import models as models
    from . import ops as ops
    from . import optimizers as optimizers
    from . import random as random
    from . import regularizers as regularizers
    from . import saving as saving
    from . import tf as tf
    from . import tree as tree
    from . import utils as utils
    from .constraints import Constraint as Constraint
    from .dtype_policies import DTypePolicy as DTypePolicy
    from .initializers import Initializer as Initializer
    from .layers import Input as Input
    from .layers import Layer as Layer
    from .losses import Loss as Loss
    from .metrics import Metric as Metric
    from .models import Model as Model
    from .models import Sequential as Sequential
    from .optimizers import Optimizer as Optimizer
    from .regularizers import Regularizer as Regularizer
    from .tape import GradientTape as GradientTape
    from .values import KerasTensor as KerasTensor
    from .values import Tensor as Tensor
    from .values import Variable as Variable


def __getattr__(name: str) -> _Any:
    """Modules are imported when they are first used: `import oribi` alone is quick."""
    if name in _MODULES:
        return _importlib.import_module(f"oribi.{name}")
    if name in _NAMES:
        return getattr(_importlib.import_module(f"oribi.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'oribi' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
