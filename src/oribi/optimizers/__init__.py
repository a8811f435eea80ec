"""Optimizers, under the names of `keras.optimizers`, written in `oribi.ops`.

In:   gradients and variables.
Out:  variables, assigned.
Must not know: models, engines. The update is traced into the training step, where it becomes the epilogue of the weights'
gradients.
"""

from . import schedules
from .adam import Adam, AdamW
from .optimizer import Optimizer
from .optimizers import get
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "get", "schedules"]
