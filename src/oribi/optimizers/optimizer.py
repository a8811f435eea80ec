"""Optimizer: the base class, with its learning rate, clipping and weight decay."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from oribi import ops
from oribi.changes import Settings
from oribi.config import families
from oribi.config.names import snake_case
from oribi.config.serialization import deserialize, serialize
from oribi.utils import checked
from oribi.values import Tensor, Variable, untraced

Gradients = Sequence[Any]


class Optimizer(Settings):
    """Base class: a subclass makes its slots in `build` and gives one variable's update in `update_step`.

    Args:
        learning_rate: a number, or a schedule of the step.
        weight_decay: the share of a weight that each step takes off, times the learning rate.
        clipnorm: each gradient is scaled down to this norm.
        clipvalue: each gradient's elements are kept within plus and minus this.
        global_clipnorm: all gradients together are scaled down to this norm.
        use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps: not there yet.
        name: of the optimizer.

    Raises:
        ValueError: a name that is none, several kinds of clipping at once, or one that is not positive.
    """

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None:
        who = type(self).__name__
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(f"{who}: name must be a string without '/'. Received: name={name!r}")
        self.name = name or snake_case(who)
        later = {
            "use_ema": use_ema,
            "loss_scale_factor": loss_scale_factor,
            "gradient_accumulation_steps": gradient_accumulation_steps,
        }
        for key, value in later.items():
            if value not in (None, False):
                raise NotImplementedError(f"{who}: {key} is not there yet")
        if sum(c is not None for c in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError(f"{who}: only one of clipnorm, clipvalue and global_clipnorm can be set")
        for key, value in (("clipnorm", clipnorm), ("clipvalue", clipvalue), ("global_clipnorm", global_clipnorm)):
            if value is not None and checked.number(who, key, value) <= 0:
                raise ValueError(f"{who}: {key} must be positive, got {value}")
        self.weight_decay = weight_decay
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        self.built = False
        self._slots: list[Variable] = []
        self._indices: dict[Variable, int] = {}
        self.iterations = Variable(np.zeros((), "int64"), dtype="int64", trainable=False, name="iterations")
        if isinstance(learning_rate, Mapping):
            learning_rate = deserialize(learning_rate, families.table("optimizers.schedules"), "learning-rate schedule")
        self._schedule: Any = None
        self._rate = Variable(0.0, trainable=False, name="learning_rate")
        self.learning_rate = learning_rate

    # --- the learning rate ---

    @property
    def learning_rate(self) -> Any:
        """The rate: a variable, or what the schedule gives for the present step."""
        return self._rate if self._schedule is None else self._schedule(self.iterations.value)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if callable(value) and not isinstance(value, Variable | Tensor):
            self._schedule = value
            return
        try:
            rate = float(value)
        except (TypeError, ValueError):
            raise ValueError(
                f"{type(self).__name__}: the learning rate must be a number or a schedule, got {value!r}"
            ) from None
        if not np.isfinite(rate):
            raise ValueError(f"{type(self).__name__}: the learning rate must be a finite number, got {rate}")
        if self._schedule is not None:
            raise TypeError(
                f"{type(self).__name__} has a learning-rate schedule, {type(self._schedule).__name__}, so its rate cannot be set "
                "to a number, by a callback either. Make the optimizer with a number to be able to change it"
            )
        self._rate.assign(rate)

    # --- variables ---

    @property
    def variables(self) -> list[Variable]:
        """The step count, the learning rate unless a schedule gives it, and the slots."""
        return [*self.without_slots, *self._slots]

    @property
    def without_slots(self) -> list[Variable]:
        """The variables that are there before the first step."""
        return [self.iterations] if self._schedule is not None else [self.iterations, self._rate]

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the slots of these variables."""
        for number, variable in enumerate(variables):
            self._indices[variable] = number
        self.built = True

    def add_variable_from_reference(self, variable: Variable, name: str) -> Variable:
        """A slot of zeros in the shape of a variable."""
        slot = Variable(np.zeros(variable.shape, variable.dtype), trainable=False, name=name)
        slot.path = f"{self.name}/{variable.path.replace('/', '_')}_{name}"
        self._slots.append(slot)
        return slot

    def index(self, variable: Variable) -> int:
        """Which of the built variables this is.

        Raises:
            ValueError: it is none of them.
        """
        if variable not in self._indices:
            raise ValueError(f"{type(self).__name__} was built for other variables; it does not know {variable.path!r}")
        return self._indices[variable]

    # --- updates ---

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> None:
        """One step: `(gradient, variable)` pairs."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])

    def apply(self, grads: Gradients, trainable_variables: Sequence[Variable] | None = None) -> None:
        """One step.

        Args:
            grads: a gradient for each variable; None for one that does not take part: it is left as it is, with a warning.
            trainable_variables: the variables; those it was built for by default.

        Raises:
            ValueError: there are not as many gradients as variables, or none of them is a gradient.
        """
        variables = list(trainable_variables if trainable_variables is not None else self._built_for)
        if len(variables) != len(grads):
            raise ValueError(f"{type(self).__name__}: {len(grads)} gradients for {len(variables)} variables")
        _warn_of_missing(type(self).__name__, grads, variables)
        if not self.built:
            with untraced():
                self.build(variables)
        self._built_for = variables
        pairs = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
        clipped = self.clip([ops.convert_to_tensor(g) for g, _ in pairs])
        rate = ops.cast(self.learning_rate, "float32")
        for gradient, (_, variable) in zip(clipped, pairs, strict=True):
            if self.weight_decay:
                decay = ops.multiply(ops.multiply(variable, self.weight_decay), ops.cast(rate, variable.dtype))
                variable.assign(ops.subtract(variable, decay))
            self.update_step(ops.cast(gradient, variable.dtype), variable, ops.cast(rate, variable.dtype))
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable))
        self.iterations.assign(ops.add(self.iterations, 1))

    _built_for: Sequence[Variable] = ()

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Assign the variable its next value."""
        raise NotImplementedError(f"{type(self).__name__} needs an update_step method")

    def clip(self, gradients: list[Any]) -> list[Any]:
        """Gradients kept within what clipnorm, clipvalue or global_clipnorm allow."""
        if self.clipnorm is not None:
            return [_scaled_to(g, ops.sum(ops.square(g)), self.clipnorm) for g in gradients]
        if self.clipvalue is not None:
            return [ops.clip(g, -self.clipvalue, self.clipvalue) for g in gradients]
        if self.global_clipnorm is not None:
            total = ops.zeros(())
            for gradient in gradients:
                total = ops.add(total, ops.cast(ops.sum(ops.square(gradient)), "float32"))
            return [_scaled_to(g, ops.cast(total, g.dtype), self.global_clipnorm) for g in gradients]
        return gradients

    def get_config(self) -> dict[str, Any]:
        rate = serialize(self._schedule) if self._schedule is not None else float(self._rate)
        return {
            "name": self.name,
            "learning_rate": rate,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "clipvalue": self.clipvalue,
            "global_clipnorm": self.global_clipnorm,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Optimizer":
        return cls(**config)


def _warn_of_missing(who: str, grads: Gradients, variables: Sequence[Variable]) -> None:
    missing = [variable.path for gradient, variable in zip(grads, variables, strict=True) if gradient is None]
    if missing and len(missing) == len(variables):
        raise ValueError(f"{who}: no gradients for any variable: the loss depends on none of {missing}")
    if missing:
        warnings.warn(
            f"{who}: the loss does not depend on the variables {missing}: they are left as they are",
            UserWarning,
            stacklevel=3,
        )


def _scaled_to(gradient: Any, squared_norm: Any, limit: float) -> Any:
    """A gradient scaled down so that the norm does not exceed a limit."""
    norm = ops.sqrt(squared_norm)
    return ops.multiply(gradient, ops.divide(limit, ops.maximum(norm, limit)))
