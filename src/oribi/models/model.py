"""Model: a layer of layers that can be trained."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from oribi.config.scopes import custom_object_scope
from oribi.config.serialization import serialize
from oribi.layers.base.layer import Layer
from oribi.layers.base.shapes import as_symbols, as_tuples
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
            from .functional import Functional

            _put_under(type(self), Functional)
            Functional.__init__(self, *args, **kwargs)  # type: ignore[arg-type]
            return
        super().__init__(**kwargs)

    not_settings = Layer.not_settings | {"history", "stop_training", "_graph", "_steps"}

    def _masks_within(self) -> bool:
        return True

    def __getstate__(self) -> dict[str, Any]:
        """What is copied and pickled: all but the compiled steps."""
        return {name: value for name, value in self.__dict__.items() if name != "_steps"}

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

    def input_symbols(self) -> Any:
        """Symbolic tensors of the model's inputs, nested as they are.

        Raises:
            ValueError: the model has not seen any yet.
        """
        if self._built_for is None:
            raise ValueError(f"{self.describe()} has seen no input yet: call it on data first")
        return as_symbols(self._built_for, self.dtype)

    # --- config ---

    keras_module = "keras"

    def more_config(self) -> dict[str, Any]:
        compiled = self.get_compile_config()
        return {**super().more_config(), **({} if compiled is None else {"compile_config": compiled})}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Make the weights: those of the layers are made by calling the model on symbols of the shape."""
        shape = config.get("input_shape")
        if shape is not None and not self.built:
            self.compute_output_shape(as_tuples(shape))

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """The model of a config; `Model.from_config` of a functional model's makes one of that kind."""
        with custom_object_scope(custom_objects):
            if cls is not Model:
                return cls(**config)
            from .functional import Functional

            return Functional.from_config(config)

    def to_json(self, **options: Any) -> str:
        """The architecture as JSON, without weights; `oribi.models.model_from_json` makes it again.

        Args:
            options: as for `json.dumps`.
        """
        return json.dumps(serialize(self), **options)

    # --- files ---

    def save(self, filepath: Any, overwrite: bool = True, **unknown: Any) -> None:
        """Write architecture, weights, optimizer and compile arguments to a `.keras` file.

        Args:
            filepath: ends in `.keras`.
            overwrite: without it, a file that is there already is an error.

        Raises:
            ValueError: another ending.
            FileExistsError: the file is there, with `overwrite=False`.
        """
        from oribi.saving import save_model

        save_model(self, filepath, overwrite, **unknown)

    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the weights to a `.weights.h5` or `.safetensors` file; arguments and errors as for `save`."""
        from oribi.saving import save_weights

        save_weights(self, filepath, overwrite)

    def export(
        self, filepath: Any, format: str | None = None, target: str | None = None, name: str | None = None
    ) -> None:
        """Write the forward pass, with its weights, to a file that needs no Python: see `oribi.saving.export`.

        Args:
            filepath: `.onnx`, `.wasm`, or `.so`, `.dylib`, `.dll` or `.o` for a native library with a C header.
            format: `onnx`, `wasm` or `native`; by default what the ending says.
            target: the CPU of a native library; this machine's by default.
            name: what its functions begin with; the file's name by default.
        """
        from oribi.export import export

        export(self, filepath, format, target, name)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, by_name: bool = False) -> None:
        """Set the weights from a file: `.weights.h5`, `.keras`, `.safetensors`, or the `.h5` of Keras 2.

        Args:
            filepath: of the file.
            skip_mismatch: leave alone what has other shapes, and warn, rather than fail.
            by_name: find layers by their names, rather than in order (`.h5` of Keras 2 only).

        Raises:
            ValueError: the weights do not fit; none is set then.
        """
        from oribi.saving import load_weights

        load_weights(self, filepath, skip_mismatch, by_name)


def _put_under(kind: type, base: type) -> None:
    """Make a class inherit from a subclass of Model in place of Model: what `super().__init__(inputs, outputs)` asks for."""
    if not issubclass(kind, base):
        kind.__bases__ = tuple(base if parent is Model else parent for parent in kind.__bases__)
        for parent in kind.__bases__:
            if issubclass(parent, Model):
                _put_under(parent, base)
