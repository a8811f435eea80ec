"""Layer: the base class, with its weights, its build, its call and its config."""

import functools
import itertools
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from oribi import constraints as all_constraints
from oribi import initializers, nest, ops, regularizers
from oribi.changes import Settings
from oribi.config.names import auto_name
from oribi.config.serialization import serialize
from oribi.context import context, current
from oribi.graph import dtypes
from oribi.graph.node import GraphError
from oribi.initializers.initializers import RandomInitializer
from oribi.ops.symbolic import is_symbolic, record
from oribi.random import SeedGenerator
from oribi.values import Tensor, Variable, as_node, cast_node, current_trace, untraced

from .call_arguments import MISSING, CallArguments
from .masks import have_masks, masked, some
from .policy import dtype_of
from .shapes import as_symbols, as_tuples, shapes_of
from .tracking import Tracker, is_metric

_numbers = itertools.count(1)


class Layer(Settings):
    """The base class of all layers.

    A layer validates and stores its arguments in `__init__`, makes its weights in `build(input_shape)`, computes in
    `call(inputs)`, and gives its arguments back in `get_config()`.

    Input shape: what `call` takes. Output shape: what `call` gives.

    Args:
        name: the layer's name; made of the class's by default.
        trainable: whether optimizers may change its weights.
        dtype: of weights and computation, `float32` by default.
        activity_regularizer: name or object of a penalty on what the layer gives, per example, that is added to the loss.
        input_shape: shape of one input, without the batch axis: lets a Sequential build at once.
        constraints: for each weight in the class's `constrained`, `kernel_constraint` and so on: name or object of what
            brings it back where it may be, after each step of an optimizer.
        input_dim: features of one input: the same as `input_shape=(input_dim,)`.
        batch_input_shape: `input_shape` with the batch axis.
        quantization_config: only None: an error otherwise.

    Raises:
        TypeError: an unknown argument, or a name that is no string.

    >>> from oribi import ops
    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> Scale()(ops.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        activity_regularizer: Any = None,
        input_shape: Sequence[int] | None = None,
        input_dim: int | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        quantization_config: Any = None,
        **constraints: Any,
    ) -> None:
        known = [f"{weight}_constraint" for weight in self.constrained]
        for argument in constraints:
            if argument not in known:
                raise TypeError(f"{type(self).__name__} got an unexpected argument {argument!r}")
        if quantization_config is not None:
            raise NotImplementedError(f"{type(self).__name__}: quantization_config is not there yet")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"{type(self).__name__}: name must be a string, got {name!r}")
        if "_tracker" not in self.__dict__:
            self._prepare(name or auto_name(type(self).__name__))
        elif name:
            self.name = name
        self._trainable = bool(trainable)
        self.dtype = dtype_of(dtype)
        if input_dim is not None:
            input_shape = (input_dim,)
        if batch_input_shape is not None:
            input_shape = tuple(batch_input_shape)[1:]  # type: ignore[assignment]
        self._input_shape_hint = None if input_shape is None else (None, *input_shape)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        for argument in known:
            setattr(self, argument, all_constraints.get(constraints.get(argument)))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _marking(cls.build)  # type: ignore[method-assign]

    not_settings = frozenset({"_added", "_added_in", "_called_in", "_tracker"})
    constrained: tuple[str, ...] = ()
    activity_regularizer: Any = None
    _tracker: Tracker
    _regularized: list[tuple[Variable, Any]]
    _added: list[Any]  # to the loss, in the call of number `_added_in`
    _added_in = _called_in = 0

    def _prepare(self, name: str) -> None:
        """What has to be there before any attribute is set."""
        object.__setattr__(self, "_tracker", Tracker(_is_layer))
        for key in ("_regularized", "_added"):
            object.__setattr__(self, key, [])
        self.name = name
        self.built = False

    def __setattr__(self, key: str, value: Any) -> None:
        if "_tracker" not in self.__dict__:
            self._prepare(auto_name(type(self).__name__))
            object.__setattr__(self, "_trainable", True)
            object.__setattr__(self, "dtype", dtypes.floatx())
            object.__setattr__(self, "_input_shape_hint", None)
        before = self.__dict__.get(key)
        if before is not None and before is not value:
            self._tracker.release(before)
        self._tracker.note(value)
        super().__setattr__(key, value)

    def __delattr__(self, key: str) -> None:
        self._tracker.release(self.__dict__.get(key))
        super().__delattr__(key)

    def _parts(self, kind: Any) -> list[Any]:
        """What the attributes hold of a kind."""
        return self._tracker.parts(self.__dict__, kind)

    @property
    def _variables(self) -> list[Variable]:
        return self._parts(Variable)

    @property
    def _sublayers(self) -> list["Layer"]:
        return self._parts(Layer)

    @property
    def _seeds(self) -> list[SeedGenerator]:
        return self._parts(SeedGenerator)

    def tracked_parts(self) -> list[Any]:
        """The variables, layers, random generators and metrics in the layer, those that no attribute holds too."""
        return self._parts(object)

    def tracked_metrics(self) -> list[Any]:
        """The metrics that attributes hold, then those of the layers in it; models have theirs for themselves."""
        own = [part for part in self.tracked_parts() if is_metric(part)]
        inner = [layer for layer in self._sublayers if not hasattr(layer, "compute_metrics")]
        return [*own, *(metric for layer in inner for metric in layer.tracked_metrics())]

    # --- weights ---

    def add_weight(
        self,
        shape: Sequence[int] | None = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        regularizer: Any = None,
        name: str | None = None,
        constraint: Any = None,
    ) -> Variable:
        """Make a weight.

        Args:
            shape: of the weight; a scalar by default.
            initializer: name or object; Glorot uniform for floats, zeros otherwise, by default.
            dtype: the layer's by default.
            trainable: whether optimizers may change it.
            regularizer: name or object of a penalty that is added to the loss.
            name: what it is called.
            constraint: name or object of what brings it back where it may be, after each step of an optimizer.

        Returns:
            The variable.
        """
        kind = dtypes.canonical(dtype or self.dtype)
        make = initializers.get(initializer or ("glorot_uniform" if dtypes.is_float(kind) else "zeros"))
        variable = Variable(make, tuple(shape or ()), kind, trainable, name or "variable")
        variable.path = f"{self.name}/{variable.name}"
        if isinstance(make, RandomInitializer):
            make.serve(self, variable.name)
        variable.constraint = all_constraints.get(constraint)
        penalty = regularizers.get(regularizer)
        if penalty is not None:
            self._regularized.append((variable, penalty))
        self._tracker.add(variable, fixed=True)
        return variable

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        super().__setattr__("_trainable", bool(value))
        for variable in self._variables:
            if self._tracker.could_train(variable):
                variable.trainable = value
        for layer in self._sublayers:
            layer.trainable = value

    def own_variables(self) -> list[Variable]:
        """The weights of this layer alone, without those of layers in it: first what trains."""
        variables, first = self._variables, self._tracker.could_train
        return [v for v in variables if first(v)] + [v for v in variables if not first(v)]

    saved_name: str | None = None  # the class's name in files, where it is another
    saved_as: Mapping[str, str] = {}  # attributes that go by another name there

    @property
    def weights(self) -> list[Variable]:
        """All weights: this layer's own, then those of the layers in it."""
        return _unique([*self.own_variables(), *(w for layer in self._sublayers for w in layer.weights)])

    @property
    def trainable_weights(self) -> list[Variable]:
        if not self._trainable:
            return []
        own = [v for v in self.own_variables() if v.trainable]
        return _unique([*own, *(w for layer in self._sublayers for w in layer.trainable_weights)])

    @property
    def non_trainable_weights(self) -> list[Variable]:
        training = {id(w) for w in self.trainable_weights}
        return [w for w in self.weights if id(w) not in training]

    @property
    def variables(self) -> list[Variable]:
        """The weights, and the states of random generators."""
        return [*self.weights, *(s.state for s in self._all_seeds())]

    @property
    def trainable_variables(self) -> list[Variable]:
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        return [*self.non_trainable_weights, *(s.state for s in self._all_seeds())]

    def _all_seeds(self) -> list[SeedGenerator]:
        return [*self._seeds, *(s for layer in self._sublayers for s in layer._all_seeds())]

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all weights, as NumPy arrays."""
        return [w.numpy() for w in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set all weights, in the order of `get_weights`.

        Raises:
            ValueError: their number or a shape differs; nothing is set then.
        """
        own = self.weights
        arrays = [np.asarray(w) for w in weights]
        if len(arrays) != len(own):
            raise ValueError(f"{self.describe()} has {len(own)} weights, set_weights was given {len(arrays)}")
        for variable, array in zip(own, arrays, strict=True):
            if variable.shape != array.shape:
                raise ValueError(f"weight {variable.path!r} has shape {variable.shape}, was given {array.shape}")
        for variable, array in zip(own, arrays, strict=True):
            variable.assign(array)

    def count_params(self) -> int:
        """The number of elements of all weights.

        Raises:
            ValueError: the layer is not built yet.
        """
        if not self.built:
            raise ValueError(f"{self.describe()} has no weights yet: call it on data, or build(input_shape), first")
        return sum(w.size for w in self.weights)

    @property
    def losses(self) -> list[Any]:
        """What the last call added with `add_loss`, and the penalties of regularized weights that train."""
        return [*self._losses_of(self._called_in), *self._penalties()]

    def _losses_of(self, call: int) -> list[Any]:
        own = self._added if self._added_in == call else []
        return [*own, *(loss for layer in self._sublayers for loss in layer._losses_of(call))]

    def _penalties(self) -> list[Any]:
        if not self._trainable:
            return []
        own = [penalty(v) for v, penalty in self._regularized if v.trainable]
        return [*own, *(loss for layer in self._sublayers for loss in layer._penalties())]

    def add_loss(self, loss: Any) -> None:
        """Add to the loss of the model that the layer is part of; to be called inside of `call`.

        Args:
            loss: a tensor, or a nest of them; of those that are no scalars the sum counts.

        Raises:
            ValueError: something else, or a symbolic tensor.
            NotImplementedError: inside of a loop or a branch, such as an RNN's cell.

        >>> from oribi import ops
        >>> class Quiet(Layer):
        ...     def call(self, inputs):
        ...         self.add_loss(0.1 * ops.mean(ops.square(inputs)))
        ...         return inputs
        >>> layer = Quiet()
        >>> _ = layer(ops.ones((2, 3)))
        >>> layer.losses[0].numpy()
        array(0.1, dtype=float32)
        """
        losses = nest.flatten(loss)
        for value in losses:
            if not isinstance(value, Tensor):
                raise ValueError(
                    f"{self.describe()}: add_loss takes a tensor that call() computed. Received: {value!r}"
                )
        trace = current_trace()
        if trace is not None and trace.in_body:
            raise NotImplementedError(
                f"{self.describe()}: adding to the loss inside of a loop or a branch (an RNN's cell, ops.scan, ops.cond) is "
                "not there yet. Let it return the value, and add that behind it"
            )
        added = self._added if self._added_in == current.call else []
        self.__dict__.update(_added=[*added, *losses], _added_in=current.call)

    def forget_losses(self) -> None:
        """Leave what the last call added to the loss."""
        self.__dict__["_called_in"] = 0

    # --- calling ---

    def build(self, input_shape: Any) -> None:
        """Make the weights for an input shape (the batch axis first, possibly None)."""
        self.built = True

    def build_at_init(self) -> None:
        """Take a layer without weights for built, unless a subclass has a `build` of its own."""
        self.built = type(self).build is Layer.build

    def call(self, inputs: Any) -> Any:
        """Compute."""
        raise NotImplementedError(f"{type(self).__name__} needs a call(self, inputs) method")

    def __call__(self, inputs: Any = MISSING, /, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        """Build if need be, then compute.

        Args:
            inputs: a tensor or array, or a nest of them; floats are cast to the layer's dtype. May be given by the name of
                `call`'s first argument as well.
            training: handed to `call` where it takes it; by default what the layer around was given.

        Returns:
            What `call` returns.
        """
        if inputs is MISSING:
            inputs = self._call_arguments().first(self.describe(), kwargs)
        if not isinstance(inputs, Tensor) and is_symbolic(inputs, args, kwargs):
            return self._record(inputs, args, kwargs if training is None else {**kwargs, "training": training})
        with context(origin=self.describe()):
            inputs = self._cast(inputs)
            if not self.built:
                self._build_for(inputs)
            self.check_input(inputs)
            takes = self._call_arguments()
            mask = takes.fill_masks(inputs, args, kwargs)
            if training is None:
                training = current.training
            if "training" in takes.names:
                if takes.places["training"] > len(args):
                    kwargs["training"] = bool(training)
                else:
                    training = takes.given("training", args, kwargs)
            try:
                self.__dict__["_called_in"] = current.call = current.call or next(_numbers)
                current.training = training
                outputs = self.call(inputs, *args, **kwargs)
                if self.activity_regularizer is not None:
                    self._regularize(outputs)
            except GraphError as error:
                raise ValueError(f"{self.describe()}: {error}") from None
            return self._hand_on(inputs, outputs, mask)

    def _hand_on(self, inputs: Any, outputs: Any, mask: Any) -> Any:
        """The outputs, with masks."""
        if self._makes_masks():
            return masked(outputs, self.compute_mask(inputs, mask))
        if not some(mask) or have_masks(outputs) or self._masks_within():
            return outputs
        if self.supports_masking:
            return masked(outputs, mask)
        warnings.warn(
            f"{self.describe()} does not support masks: what follows it sees padded steps too",
            UserWarning,
            stacklevel=3,
        )
        return outputs

    def _regularize(self, outputs: Any) -> None:
        """Add the penalty on what the layer gives, per example."""
        for output in nest.flatten(outputs):
            if isinstance(output, Tensor):
                penalty = self.activity_regularizer(output)
                self.add_loss(ops.divide(penalty, max(1, output.shape[0])) if output.ndim else penalty)

    def _record(self, inputs: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Note a call on symbolic tensors, to be done by a functional model."""
        with context(origin=self.describe()):
            if not self.built:
                self._build_for(inputs)
            return self._recorded(inputs, args, kwargs)

    def _recorded(self, inputs: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The symbolic outputs; what is added to the loss meanwhile are no values."""
        with context(call=0):
            outputs = record(self, (inputs, *args), kwargs)
        self.forget_losses()
        return outputs

    # --- masks ---

    supports_masking = False

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        """Which steps of the output are there, given the masks of the inputs; None for all."""
        return previous

    def _masks_within(self) -> bool:
        """Whether the layers in this one give the outputs their masks, or none."""
        return False

    def _makes_masks(self) -> bool:
        """Whether `compute_mask` has the word; a layer may set `supports_masking = False` to take it back."""
        return type(self).compute_mask is not Layer.compute_mask and self.__dict__.get("supports_masking", True)

    def _cast(self, inputs: Any) -> Any:
        """Inputs as tensors, in the dtypes that the layer computes them in."""
        if isinstance(inputs, list | tuple) and any(hasattr(i, "shape") for i in inputs):
            return type(inputs)(self._cast(i) for i in inputs)
        if isinstance(inputs, dict):
            return {key: self._cast(value) for key, value in inputs.items()}
        if isinstance(inputs, Tensor) and inputs.dtype == self._computed_as(inputs.dtype):
            return inputs
        try:
            node = as_node(inputs)
        except TypeError as error:
            raise TypeError(f"{self.describe()}: {error}") from None
        cast = Tensor(cast_node(node, self._computed_as(node.dtype)))
        cast.mask = inputs.mask if isinstance(inputs, Tensor) else None
        return cast

    def _computed_as(self, dtype: str) -> str:
        """The dtype that inputs of a dtype are cast to."""
        return self.dtype if dtypes.is_float(dtype) else dtype

    @property
    def input_dtype(self) -> str:
        """The dtype that a Sequential without an `Input` casts its data to where this is its first layer."""
        return self.dtype

    def _build_for(self, inputs: Any) -> None:
        self.build_once(shapes_of(inputs))

    def build_once(self, input_shape: Any) -> None:
        """Build for a shape, or a nest of them, unless that is done."""
        if not self.built:
            with untraced():
                self.build(input_shape)
            self.built = True
            object.__setattr__(self, "_built_for", input_shape)

    _built_for: Any = None

    def check_input(self, inputs: Any) -> None:
        """Raise a ValueError if the layer cannot take inputs of this shape."""

    @classmethod
    def _call_arguments(cls) -> CallArguments:
        if "_call_takes" not in cls.__dict__:
            cls._call_takes = CallArguments(cls.call)
        return cls._call_takes

    _call_takes: CallArguments

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for an input shape, or a nest of them; None where it varies with the batch.

        Found by computing symbolically for two sizes of batch: what differs between them varies with it.
        """
        symbols = as_symbols(input_shape, self.dtype)
        return shapes_of(self._recorded(symbols, (), {}))

    # --- config ---

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        regularizer = self.activity_regularizer
        return {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": self.dtype,
            **{f"{w}_constraint": serialize(getattr(self, f"{w}_constraint")) for w in self.constrained},
            **({} if regularizer is None else {"activity_regularizer": serialize(regularizer)}),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A layer of the same arguments, with weights of its own."""
        return cls(**config)

    def more_config(self) -> dict[str, Any]:
        """What is written beside `get_config()`: the shape that the layer was built for, so that its weights can be made again."""
        build = self.get_build_config()
        return {} if build is None else {"build_config": build}

    def get_build_config(self) -> dict[str, Any] | None:
        """What `build_from_config` needs to make the weights; None before they were made."""
        return None if self._built_for is None else {"input_shape": self._built_for}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Make the weights as `get_build_config` says."""
        shape = config.get("input_shape", config.get("shapes_dict"))
        if shape is not None:
            self.build_once(as_tuples(shape))

    def describe(self) -> str:
        """The class and the name, for messages: `Dense 'head'`."""
        return f"{type(self).__name__} {self.name!r}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _marking(build: Callable[..., Any]) -> Callable[..., Any]:
    """A `build` after which the layer is built, whoever calls it: its weights are not made a second time."""

    @functools.wraps(build)
    def marked(self: Layer, *args: Any, **kwargs: Any) -> Any:
        result = build(self, *args, **kwargs)
        self.built = True
        if self._built_for is None and args:
            object.__setattr__(self, "_built_for", args[0])
        return result

    return marked


def _is_layer(value: Any) -> bool:
    return isinstance(value, Layer)


def _unique(variables: list[Variable]) -> list[Variable]:
    return list({id(v): v for v in variables}.values())
