"""What configs may name as a layer: all layers, and models, which are layers of other models too."""

import inspect

from oribi import layers
from oribi.config.names import table_of

from .functional import Functional
from .model import Model
from .sequential import Sequential

_LAYERS = [getattr(layers, name) for name in layers.__all__]
TABLE = {
    **table_of(*(kind for kind in _LAYERS if inspect.isclass(kind) and kind is not layers.Layer)),
    "Functional": Functional,
    "Model": Model,
    "Sequential": Sequential,
}
