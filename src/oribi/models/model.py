"""Model: a layer of layers that can be trained."""

from collections.abc import Callable
from typing import Any

from oribi.layers.layer import Layer
from oribi.training.trainer import Trainer

from .summary import summary


class Model(Trainer, Layer):
    """Made of symbolic inputs and outputs, `Model(inputs, outputs)`, or by subclassing: layers in `__init__`, used in `call`.

    >>> from oribi import layers, ops
    >>> class Net(Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = layers.Dense(8, activation="relu")
    ...         self.out = layers.Dense(1)
    ...     def call(self, inputs):
    ...         return self.out(self.hidden(inputs))
    >>> Net()(ops.ones((2, 3))).shape
    (2, 1)
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """`Model(inputs, outputs)` is a functional model."""
        if cls is Model and (args or "inputs" in kwargs):
            from .functional import Functional

            return super().__new__(Functional)
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or "inputs" in kwargs:
            raise NotImplementedError(
                f"{type(self).__name__}: a subclass that hands inputs and outputs to Model is not there yet; give it a call()"
            )
        super().__init__(**kwargs)

    @property
    def layers(self) -> list[Layer]:
        """The layers of the model, in the order they were added."""
        return list(self._sublayers)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by name or index.

        Raises:
            ValueError: there is none.
        """
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(f"{self.describe()} has {len(self.layers)} layers; there is no layer {index}")
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"no layer {name!r} in {self.describe()}; there are {[la.name for la in self.layers]}")

    def summary(self, line_length: int | None = None, print_fn: Callable[[str], Any] | None = None) -> None:
        """Print the layers, their output shapes and their numbers of weights."""
        summary(self, line_length, print_fn)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """The model of a config; `Model.from_config` of a functional model's makes one of that kind."""
        if cls is Model:
            from .functional import Functional

            return Functional.from_config(config, custom_objects)
        return cls(**config)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Not there yet."""
        raise NotImplementedError("saving models is not there yet; get_weights() gives the weights as arrays")

    save_weights = load_weights = save
