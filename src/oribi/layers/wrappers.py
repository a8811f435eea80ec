"""Layers around layers: a sequence in both directions, and a layer at every step."""

from collections.abc import Callable
from typing import Any

from oribi import ops
from oribi.config.serialization import serialize

from .base.layer import Layer
from .base.shapes import Shape
from .function import Lambda
from .normalization import BatchNormalization
from .recurrent import layer_of

MERGE: dict[str | None, Callable[[Any, Any], Any]] = {
    "sum": ops.add,
    "mul": ops.multiply,
    "ave": lambda x, y: ops.divide(ops.add(x, y), 2.0),
    "concat": lambda x, y: ops.concatenate([x, y], axis=-1),
    None: lambda x, y: (x, y),
}


class Bidirectional(Layer):
    """A recurrent layer along a sequence, and one like it from the end to the beginning (Schuster and Paliwal, 1997).

    Input shape: `(batch, steps, features)`. Output shape: what the layer gives, both ways joined as `merge_mode` says.

    Args:
        layer: an RNN; two copies are made of it.
        merge_mode: how the outputs are joined: `concat`, `sum`, `mul`, `ave`, or None for both.
        backward_layer: the one that goes backwards, if it is to be another kind.

    Call arguments: as the layer's; `initial_state` holds the forward states, then the backward ones.

    Raises:
        ValueError: layers that are not recurrent, or an unknown merge_mode.

    >>> from oribi.layers import LSTM
    >>> Bidirectional(LSTM(4, return_sequences=True))(ops.ones((2, 5, 3))).shape
    (2, 5, 8)
    """

    supports_masking = True

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        for which, given in (("layer", layer), ("backward_layer", backward_layer)):
            if not isinstance(given, Layer) and (which == "layer" or given is not None):
                raise ValueError(f"Bidirectional: {which} must be a recurrent layer. Received: {given!r}")
        if merge_mode not in MERGE:
            raise ValueError(f"Bidirectional: merge_mode must be one of {list(MERGE)}. Received: {merge_mode!r}")
        self.merge_mode = merge_mode
        self.forward_layer = _copied(layer, "forward_")
        if backward_layer is None:
            backward_layer = _copied(layer, "backward_", go_backwards=not layer.go_backwards)
        self.backward_layer = backward_layer
        self._check_pair()
        for one in (self.forward_layer, self.backward_layer):
            if hasattr(one, "zero_output_for_mask"):  # else the state of padding's end would be shown where it begins
                one.zero_output_for_mask = one.return_sequences
        self.stateful, self.return_sequences, self.return_state = (
            layer.stateful,
            layer.return_sequences,
            layer.return_state,
        )
        self._given_weights = weights

    def _check_pair(self) -> None:
        one, other = self.forward_layer, self.backward_layer
        if one.go_backwards == other.go_backwards:
            raise ValueError(f"Bidirectional: both layers have go_backwards={one.go_backwards}; one must go each way")
        for name in ("stateful", "return_sequences", "return_state"):
            if getattr(one, name) != getattr(other, name):
                raise ValueError(
                    f"Bidirectional: the layers differ in {name}: {getattr(one, name)} forward, {getattr(other, name)} backward"
                )

    def build(self, input_shape: Shape) -> None:
        for layer in (self.forward_layer, self.backward_layer):
            layer.build_once(input_shape)
        if self._given_weights:
            self.set_weights(self._given_weights)

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        half = len(initial_state) // 2 if initial_state is not None else 0
        states = (initial_state[:half], initial_state[half:]) if initial_state is not None else (None, None)
        layers = self.forward_layer, self.backward_layer
        results = [
            layer(sequences, initial_state=state, mask=mask, training=training)
            for layer, state in zip(layers, states, strict=True)
        ]
        (forward, *first_states), (backward, *last_states) = (r if self.return_state else (r,) for r in results)
        output = MERGE[self.merge_mode](forward, ops.flip(backward, 1) if self.return_sequences else backward)
        if not self.return_state:
            return output
        outputs = output if self.merge_mode is None else (output,)
        return (*outputs, *first_states, *last_states)

    def reset_states(self) -> None:
        """Set the states of stateful layers to zero."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    reset_state = reset_states

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        previous = previous[0] if isinstance(previous, list | tuple) else previous
        mask = previous if self.return_sequences else None
        outputs = [mask, mask] if self.merge_mode is None else [mask]
        if not self.return_state:
            return outputs if self.merge_mode is None else mask
        size = self.forward_layer.state_size
        states = 2 * (len(size) if isinstance(size, list | tuple) else 1)
        return [*outputs, *([None] * states)]

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), "merge_mode": self.merge_mode, "layer": serialize(self.forward_layer)}
        return {**config, "backward_layer": serialize(self.backward_layer)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Bidirectional":
        layers = {name: layer_of(config[name]) for name in ("layer", "backward_layer") if config.get(name) is not None}
        return cls(**{**config, **layers})


def _copied(layer: Any, prefix: str, **changes: Any) -> Any:
    """A layer of the same arguments, with weights of its own."""
    name = prefix + layer.name.removeprefix(prefix)
    made = type(layer).from_config({**layer.get_config(), "name": name, **changes})
    _share_initializers(layer, made)
    return made


def _share_initializers(layer: Layer, copy: Layer) -> None:
    """Have a copy draw its weights from the original's initializers: those that share a generator draw other numbers each time."""
    for name, value in list(vars(copy).items()):
        if name.endswith("_initializer") and type(value) is type(getattr(layer, name, None)):
            setattr(copy, name, getattr(layer, name))
    for inner, its_copy in zip(layer._sublayers, copy._sublayers, strict=False):
        _share_initializers(inner, its_copy)


class TimeDistributed(Layer):
    """A layer applied to every step of a sequence, one after the other.

    Steps are taken as more rows of one batch where that gives the same: for oribi's own layers that treat each row for itself.

    Args:
        layer: applied to `(batch, *features)`.

    Input shape: `(batch, steps, *features)`. Output shape: `(batch, steps, *outputs of the layer)`.

    Raises:
        ValueError: layer is none, inputs without steps, or a mask that does not fit them.

    >>> from oribi.layers import Dense
    >>> TimeDistributed(Dense(4))(ops.ones((2, 5, 3))).shape
    (2, 5, 4)
    """

    supports_masking = True

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(layer, Layer):
            raise ValueError(f"TimeDistributed: layer must be a layer. Received: {layer!r}")
        self.layer = layer

    def build(self, input_shape: Shape) -> None:
        self.layer.build_once((input_shape[0], *input_shape[2:]))

    def check_input(self, inputs: Any) -> None:
        if len(inputs.shape) < 3:
            raise ValueError(
                f"{self.describe()}: expected inputs of at least 3 dimensions, (batch, steps, *features), got shape "
                f"{tuple(inputs.shape)}"
            )

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        shape = tuple(inputs.shape)
        if mask is not None and tuple(mask.shape[:2]) != shape[:2]:
            raise ValueError(
                f"{self.describe()}: a mask of shape {tuple(mask.shape)} does not fit inputs of shape {shape}"
            )
        takes_mask = mask is not None and mask.ndim > 2 and "mask" in self.layer._call_arguments().names
        if not _treats_rows_alone(self.layer):
            return self._step_by_step(inputs, training, mask if takes_mask else None)
        rows = ops.reshape(inputs, (shape[0] * shape[1], *shape[2:]))
        masks = {"mask": ops.reshape(mask, (shape[0] * shape[1], *mask.shape[2:]))} if takes_mask else {}
        outputs = self.layer(rows, training=training, **masks)
        return ops.reshape(outputs, (*shape[:2], *outputs.shape[1:]))

    def _step_by_step(self, inputs: Any, training: bool, mask: Any) -> Any:
        def step(carry: Any, slices: Any) -> Any:
            masks = {} if mask is None else {"mask": slices[1]}
            return carry, self.layer(slices[0], training=training, **masks)

        over = [ops.moveaxis(part, 1, 0) for part in (inputs, mask) if part is not None]
        _, outputs = ops.scan(step, ops.zeros(()), over)
        return ops.moveaxis(outputs, 0, 1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "layer": serialize(self.layer)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "TimeDistributed":
        return cls(**{**config, "layer": layer_of(config["layer"])})


def _treats_rows_alone(layer: Any) -> bool:
    """Whether a layer gives the same for rows in one batch as in several, and keeps nothing from one call to the next."""
    home = type(layer).__module__
    if not home.startswith("oribi.layers.") and home != "oribi.models.sequential":
        return False  # a layer of the user's own may do anything with its batch
    activation = getattr(layer, "activation", None)
    foreign = activation is not None and not str(getattr(activation, "__module__", "")).startswith("oribi")
    mixes = isinstance(layer, BatchNormalization | Lambda) or getattr(layer, "stateful", False)
    if foreign or mixes or layer.activity_regularizer is not None:
        return False
    return all(_treats_rows_alone(inner) for inner in layer._sublayers)
