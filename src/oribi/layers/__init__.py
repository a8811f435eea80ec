"""Layers, under the names of `keras.layers`, written only in `oribi.ops`.

In:   tensors.
Out:  tensors; weights are variables that the layer makes when it first sees a shape.
Must not know: engines, optimizers, how a model trains.
"""

from oribi.utils.registry import table_of

from .activation import Activation, ReLU, Softmax
from .dense import Dense
from .dropout import Dropout
from .input import Input, InputLayer
from .layer import Layer
from .reshaping import Flatten, Reshape
from .scaling import Rescaling

TABLE = table_of(Activation, Dense, Dropout, Flatten, InputLayer, ReLU, Rescaling, Reshape, Softmax)

__all__ = [
    "Activation",
    "Dense",
    "Dropout",
    "Flatten",
    "Input",
    "InputLayer",
    "Layer",
    "ReLU",
    "Rescaling",
    "Reshape",
    "Softmax",
]
