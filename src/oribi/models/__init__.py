"""Models, under the names of `keras.models`: layers that can be trained.

In:   layers.
Out:  something with fit, evaluate and predict.
"""

from .functional import Functional
from .model import Model
from .sequential import Sequential

__all__ = ["Functional", "Model", "Sequential"]
