"""Functional: a model made of symbolic inputs and outputs, with whatever graph of layers and ops lies between."""

from typing import Any

from oribi import nest, ops
from oribi.config.scopes import custom_object_scope
from oribi.layers.base.layer import Layer
from oribi.layers.base.masks import in_dtype
from oribi.layers.input import InputLayer
from oribi.ops.symbolic import Call, calls_between
from oribi.values import KerasTensor

from .graph_config import from_graph_config, graph_config
from .model import Model


class Functional(Model):
    """What `Model(inputs, outputs)` makes.

    Args:
        inputs: one symbolic tensor, or a list or dict of them.
        outputs: the same, made of the inputs by layers and ops.
        name: of the model.

    Raises:
        ValueError: inputs or outputs that are no symbolic tensors.

    >>> from oribi import Input, layers
    >>> a, b = Input((3,), name="a"), Input((2,), name="b")
    >>> joined = layers.Concatenate()([layers.Dense(4)(a), b])
    >>> model = Model([a, b], layers.Dense(1)(joined))
    >>> model([ops.ones((5, 3)), ops.ones((5, 2))]).shape
    (5, 1)
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, trainable: bool = True) -> None:
        super().__init__(name=name or None, trainable=trainable)
        for word, given in (("inputs", inputs), ("outputs", outputs)):
            wrong = [leaf for leaf in nest.flatten(given) if not isinstance(leaf, KerasTensor)]
            if wrong or not nest.flatten(given):
                raise ValueError(
                    f"{self.describe()}: {word} must be symbolic tensors, from oribi.Input and layers called on them, got "
                    f"{wrong[0] if wrong else given!r}"
                )
        self._graph = _Graph(inputs, outputs)
        for layer in self._graph.layers:
            self._tracker.add(layer, fixed=True)
        self.built = True

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs."""
        return nest.flatten(self._graph.inputs)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs."""
        return nest.flatten(self._graph.outputs)

    @property
    def input_names(self) -> list[str]:
        return [tensor.name for tensor in self.inputs]

    @property
    def output_names(self) -> list[str]:
        return [tensor.name for tensor in self.outputs]

    @property
    def input_shape(self) -> Any:
        return nest.mapped(lambda tensor: tensor.shape, self._graph.inputs)

    @property
    def output_shape(self) -> Any:
        return nest.mapped(lambda tensor: tensor.shape, self._graph.outputs)

    @property
    def layers(self) -> list[Layer]:
        """The inputs, then the layers, those furthest from the outputs first."""
        return [*self._graph.input_layers, *self._sublayers]

    def input_symbols(self) -> Any:
        return self._graph.inputs

    def call(self, inputs: Any) -> Any:
        values = dict(zip(self.inputs, self._matched(inputs), strict=True))
        for call in self._graph.calls:
            call.again(values)
        return nest.mapped(values.__getitem__, self._graph.outputs)

    def _matched(self, inputs: Any) -> list[Any]:
        """The data of each input: by name from a dict, in order from a list."""
        names = self.input_names
        if isinstance(inputs, dict):
            keys = list(self._graph.inputs) if isinstance(self._graph.inputs, dict) else names
            missing = [key for key in keys if key not in inputs]
            if missing:
                raise ValueError(f"{self.describe()}: inputs {missing} are missing, got {sorted(inputs)}")
            found = [inputs[key] for key in keys]
        else:
            found = nest.flatten(inputs)
        if len(found) != len(names):
            raise ValueError(f"{self.describe()}: expected {len(names)} inputs {names}, got {len(found)}")
        return [self._fitted(x, expected) for x, expected in zip(found, self.inputs, strict=True)]

    def _fitted(self, x: Any, expected: KerasTensor) -> Any:
        """The data in the shape and the dtype of an input."""
        if x.ndim == expected.ndim - 1 and expected.shape[-1] == 1:
            x = ops.expand_dims(x, -1)
        elif x.ndim == expected.ndim + 1 and x.shape[-1] == 1:
            x = ops.squeeze(x, -1)
        fits = x.ndim == expected.ndim and all(e in (None, n) for e, n in zip(expected.shape, x.shape, strict=True))
        if not fits:
            raise ValueError(
                f"{self.describe()}, input {expected.name!r}: expected shape {expected.shape}, got {tuple(x.shape)}. "
                "Reshape the data, or change the Input."
            )
        return in_dtype(x, expected.dtype)

    @property
    def input_dtype(self) -> str:
        """Dtype of the first input."""
        return self.inputs[0].dtype

    def _computed_as(self, dtype: str) -> str:
        return dtype  # each input has its own

    def summary_rows(self) -> list[tuple[Any, str]]:
        rows: list[tuple[Any, str]] = [(layer, str(layer.batch_shape)) for layer in self._graph.input_layers]
        shapes = {call.function: call.outputs for call in self._graph.calls}
        return rows + [(layer, _shown(shapes[layer])) for layer in self._graph.layers]

    keras_module = "keras.src.models.functional"

    def get_config(self) -> dict[str, Any]:
        """The graph in Keras' form: every layer with the calls of it."""
        return {"name": self.name, "trainable": self.trainable, **graph_config(self._graph)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> "Functional":
        with custom_object_scope(custom_objects):
            inputs, outputs = from_graph_config(config)
        return cls(inputs, outputs, name=config.get("name"), trainable=config.get("trainable", True))


def _shown(outputs: Any) -> str:
    shapes = [str(tensor.shape) for tensor in nest.flatten(outputs)]
    return ", ".join(shapes)


class _Graph:
    """Inputs, outputs, and the calls between them. (A layer tracks what is set on it; this keeps symbols out of that.)"""

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs, self.outputs = inputs, outputs
        self.calls = calls_between(nest.flatten(inputs), nest.flatten(outputs))
        self.layers = _by_depth(self.calls)
        self.input_layers = [
            InputLayer(t.shape[1:], t.shape[0], t.dtype, name=t.name) for t in nest.flatten(inputs) if t.call is None
        ]

    def __getstate__(self) -> dict[str, Any]:
        """The graph as lists, in which a tensor is a number: its depth is no limit to pickle and deepcopy."""
        made = [tensor for call in self.calls for tensor in nest.flatten(call.outputs)]
        numbers = {tensor: _Number(n) for n, tensor in enumerate(dict.fromkeys([*nest.flatten(self.inputs), *made]))}

        def numbered(part: Any) -> Any:
            return nest.mapped(lambda leaf: numbers.get(leaf, leaf) if isinstance(leaf, KerasTensor) else leaf, part)

        return {
            "tensors": [(tensor.shape, tensor.dtype, tensor.name) for tensor in numbers],
            "calls": [(c.function, *map(numbered, (c.args, c.kwargs, c.outputs))) for c in self.calls],
            "ends": (numbered(self.inputs), numbered(self.outputs)),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        tensors = [KerasTensor(shape, dtype, name=name) for shape, dtype, name in state["tensors"]]

        def known(part: Any) -> Any:
            return nest.mapped(lambda leaf: tensors[leaf] if isinstance(leaf, _Number) else leaf, part)

        for function, args, kwargs, outputs in state["calls"]:
            call = Call(function, known(args), known(kwargs))
            call.outputs = known(outputs)
            for tensor in nest.flatten(call.outputs):
                tensor.call = call
        self.__init__(*map(known, state["ends"]))  # type: ignore[misc]


class _Number(int):
    """The number of a symbolic tensor in a graph that is pickled."""


def _by_depth(calls: list[Call]) -> list[Layer]:
    """The layers of the calls, those furthest from the outputs first, as weights are ordered in files."""
    known = set(calls)
    depth: dict[Call, int] = {}
    for call in reversed(calls):
        own = depth.setdefault(call, 0)
        for tensor in call.inputs():
            if tensor.call in known:
                depth[tensor.call] = max(depth.get(tensor.call, 0), own + 1)
    furthest: dict[Layer, int] = {}
    for call in calls:
        if isinstance(call.function, Layer):
            furthest[call.function] = max(furthest.get(call.function, 0), depth[call])
    return sorted(furthest, key=lambda layer: -furthest[layer])
