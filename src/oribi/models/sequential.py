"""Sequential: layers one after the other."""

from collections.abc import Sequence
from typing import Any

from oribi import changes
from oribi.config import families
from oribi.config.scopes import custom_object_scope
from oribi.config.serialization import deserialize, serialize
from oribi.layers.base.layer import Layer
from oribi.layers.base.masks import in_dtype
from oribi.layers.base.shapes import Shape, as_tuples
from oribi.layers.input import InputLayer
from oribi.values import KerasTensor, Tensor, as_node

from .model import Model


class Sequential(Model):
    """Layers one after the other. Weights are made when the input's shape is known: from an `Input`, or the first data.

    Args:
        layers: the layers, the first possibly an `Input`.
        name: of the model.

    Raises:
        ValueError: a call or build without layers or shape, or inputs of another shape than the first layer takes.

    >>> from oribi import layers
    >>> model = Sequential([layers.Input((4,)), layers.Dense(3)])
    >>> [w.shape for w in model.weights]
    [(4, 3), (3,)]
    """

    def __init__(self, layers: Sequence[Any] | None = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(name=name, trainable=trainable)
        self._input: KerasTensor | None = None
        for layer in layers or ():
            self._put(layer)
        self._build_if_known()

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer at the end."""
        self._put(layer)
        self._build_if_known()

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer off."""
        if not self._sublayers:
            raise ValueError(f"{self.describe()} has no layers to take off")
        layer = self._sublayers[-1]
        self._tracker.remove(layer)
        changes.note()
        return layer

    def _put(self, layer: Any) -> None:
        if isinstance(layer, InputLayer):
            layer = KerasTensor(layer.batch_shape, layer.dtype, name=layer.name)
        if isinstance(layer, KerasTensor):
            if self._sublayers or self._input:
                raise ValueError(f"{self.describe()}: an Input can only be the first entry")
            self._input = layer
            return
        if not isinstance(layer, Layer):
            raise ValueError(f"{self.describe()}: only layers can be added, got {layer!r} ({type(layer).__name__})")
        if any(known.name == layer.name for known in self._sublayers):
            raise ValueError(f"{self.describe()}: all layers must have different names, there are two {layer.name!r}")
        if not self._sublayers and self._input is None and layer._input_shape_hint is not None:
            self._input = KerasTensor(layer._input_shape_hint, layer.dtype, name="input")
        self._tracker.add(layer, fixed=True)
        changes.note()

    def _build_if_known(self) -> None:
        if self._input is not None and self._sublayers:
            self.build(self._input.shape)

    def build(self, input_shape: Any = None) -> None:
        """Make all weights for an input shape, the batch axis first."""
        if input_shape is None:
            raise ValueError(f"{self.describe()}: build() needs the input's shape, such as (None, 28, 28)")
        shape = tuple(input_shape)
        for layer in self._sublayers:
            layer.build_once(shape)
            shape = layer.compute_output_shape(shape)
        self._built_shape = tuple(input_shape)
        self.built = True

    def _build_for(self, inputs: Any) -> None:
        self.build((None, *inputs.shape[1:]))

    def check_input(self, inputs: Any) -> None:
        if not self._sublayers:
            raise ValueError(f"{self.describe()} has no layers: add some before calling it")
        if self._input is None:
            return
        expected, got = self._input.shape, tuple(as_node(inputs).shape)
        fits = len(expected) == len(got) and all(e in (None, g) for e, g in zip(expected, got, strict=True))
        if not fits:
            if expected[1:] == got[1:]:
                raise ValueError(
                    f"{self.describe()}: its Input has a batch of {expected[0]} rows, as stateful layers need it, which keep a "
                    f"state for each row; got a batch of {got[0]}. Give fit, evaluate and predict batch_size={expected[0]} and "
                    f"a multiple of {expected[0]} rows"
                )
            first = self._sublayers[0].describe()
            raise ValueError(
                f"{self.describe()}, first layer {first}: expected examples of shape {_inner(expected)}, got "
                f"{_inner(got)} (data of shape {got}). Reshape the data, or change the model's input shape."
            )

    def input_symbols(self) -> Any:
        return self._input or KerasTensor(self._known_shape(), self.dtype, name="input")

    @property
    def input_dtype(self) -> str:
        """The dtype that data are cast to: the `Input`'s, or what the first layer asks for."""
        if self._input is not None:
            return self._input.dtype
        return self._sublayers[0].input_dtype if self._sublayers else self.dtype

    def _computed_as(self, dtype: str) -> str:
        return dtype  # see `input_dtype`

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if isinstance(inputs, Tensor):
            inputs = in_dtype(inputs, self.input_dtype)
        for layer in self._sublayers:
            inputs = layer(inputs, training=training)
        return inputs

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        for layer in self._sublayers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    @property
    def input_shape(self) -> Shape:
        """Shape of the input, the batch first."""
        return self._known_shape()

    @property
    def output_shape(self) -> Shape:
        """Shape of the output, the batch first."""
        return self.compute_output_shape(self._known_shape())

    def _known_shape(self) -> Shape:
        if not self.built:
            raise AttributeError(f"{self.describe()} has seen no input shape yet")
        return self._built_shape

    def get_config(self) -> dict[str, Any]:
        first = (
            [InputLayer(batch_shape=self._input.shape, dtype=self._input.dtype, name=self._input.name)]
            if self._input
            else []
        )
        config = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        config["layers"] = [serialize(layer) for layer in (*first, *self._sublayers)]
        return {**config, "build_input_shape": self._built_shape if self.built else None}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> "Sequential":
        with custom_object_scope(custom_objects):
            made = [deserialize(entry, families.table("layers"), "layer") for entry in config["layers"]]
        model = cls(made, trainable=config.get("trainable", True), name=config.get("name"))
        shape = config.get("build_input_shape")
        if shape is not None and not model.built and made:
            model.build(as_tuples(shape))
        return model


def _inner(shape: Shape) -> Shape:
    return tuple(shape[1:])
