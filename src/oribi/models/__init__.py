"""Models, under the names of `keras.models`: layers that can be trained.

In:   layers.
Out:  something with fit, evaluate and predict.
"""

from oribi import layers

from .functional import Functional
from .model import Model
from .sequential import Sequential

layers.TABLE.update(Functional=Functional, Model=Model, Sequential=Sequential)  # models are layers, of other models too

__all__ = ["Functional", "Model", "Sequential"]
