"""Learning-rate schedules: a rate for each step, as `keras.optimizers.schedules`."""

import math
from collections.abc import Sequence
from typing import Any

from oribi import ops
from oribi.changes import Settings
from oribi.config.names import table_of


class LearningRateSchedule(Settings):
    """Base class: called with the step, gives the rate."""

    keras_module = "keras.optimizers.schedules"

    def __call__(self, step: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a __call__(self, step) method")

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {k: v for k, v in vars(self).items() if not k.startswith("_")}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LearningRateSchedule":
        return cls(**config)


class _Decay(LearningRateSchedule):
    """What falls with step / decay_steps, taken in whole numbers with `staircase`."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = None,
    ) -> None:
        self.name = name or type(self).__name__
        _positive(self.name, decay_steps=decay_steps)
        self.initial_learning_rate, self.decay_steps, self.decay_rate = initial_learning_rate, decay_steps, decay_rate
        self.staircase = staircase

    def progress(self, step: Any) -> Any:
        """step / decay_steps."""
        progress = ops.divide(ops.cast(step, "float32"), float(self.decay_steps))
        return ops.floor(progress) if self.staircase else progress


class ExponentialDecay(_Decay):
    """initial * decay_rate ^ (step / decay_steps); in whole steps with `staircase`.

    Args:
        initial_learning_rate: the rate at step 0.
        name: for messages and configs; made of the class's by default.

    >>> round(float(ExponentialDecay(0.5, 10, 0.1)(10)), 6)
    0.05
    """

    def __call__(self, step: Any) -> Any:
        return ops.multiply(ops.power(float(self.decay_rate), self.progress(step)), self.initial_learning_rate)


class InverseTimeDecay(_Decay):
    """initial / (1 + decay_rate * step / decay_steps).

    Args:
        initial_learning_rate: the rate at step 0.
        name: for messages and configs; made of the class's by default.
    """

    def __call__(self, step: Any) -> Any:
        return ops.divide(self.initial_learning_rate, ops.add(ops.multiply(self.progress(step), self.decay_rate), 1.0))


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[i] up to and including the step boundaries[i], the last value after.

    Args:
        name: for messages and configs; made of the class's by default.

    Raises:
        ValueError: not one value more than boundaries.
    """

    def __init__(self, boundaries: Sequence[int], values: Sequence[float], name: str = "PiecewiseConstant") -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                f"{name}: needs one value more than boundaries, got {len(boundaries)} boundaries, {len(values)} values"
            )
        self.boundaries, self.values, self.name = list(boundaries), list(values), name

    def __call__(self, step: Any) -> Any:
        rate: Any = ops.convert_to_tensor(float(self.values[-1]))
        for boundary, value in zip(reversed(self.boundaries), reversed(self.values[:-1]), strict=True):
            rate = ops.where(ops.less_equal(step, boundary), float(value), rate)
        return rate


class PolynomialDecay(LearningRateSchedule):
    """From initial to end over decay_steps, as (1 - step / decay_steps) ^ power.

    Args:
        initial_learning_rate: the rate at step 0.
        end_learning_rate: the rate after `decay_steps`.
        cycle: begin again, more slowly each time, when it is done.
        name: for messages and configs; made of the class's by default.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        _positive(name, decay_steps=decay_steps)
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, decay_steps
        self.end_learning_rate, self.power, self.cycle, self.name = end_learning_rate, power, cycle, name

    def __call__(self, step: Any) -> Any:
        step, steps = ops.cast(step, "float32"), ops.convert_to_tensor(float(self.decay_steps))
        if self.cycle:
            rounds = ops.maximum(ops.ceil(ops.divide(step, self.decay_steps)), 1.0)
            steps = ops.multiply(steps, rounds)
        else:
            step = ops.minimum(step, steps)
        left = ops.power(ops.subtract(1.0, ops.divide(step, steps)), float(self.power))
        span = self.initial_learning_rate - self.end_learning_rate
        return ops.add(ops.multiply(left, span), self.end_learning_rate)


class CosineDecay(LearningRateSchedule):
    """Half a cosine from initial to alpha * initial, after a linear warm-up (Loshchilov and Hutter, 2017).

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: steps until the decay is done.
        name: for messages and configs; made of the class's by default.
        warmup_target: the rate after the warm-up; without it there is none.
        warmup_steps: steps of the warm-up.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        _positive(name, decay_steps=decay_steps)
        self.initial_learning_rate, self.decay_steps, self.alpha, self.name = (
            initial_learning_rate,
            decay_steps,
            alpha,
            name,
        )
        self.warmup_target, self.warmup_steps = warmup_target, warmup_steps

    def __call__(self, step: Any) -> Any:
        step = ops.cast(step, "float32")
        warming = self.warmup_target is not None
        top = self.warmup_target if self.warmup_target is not None else self.initial_learning_rate
        after = ops.subtract(step, float(self.warmup_steps)) if warming else step
        progress = ops.minimum(ops.divide(after, float(self.decay_steps)), 1.0)
        cosine = ops.multiply(ops.add(ops.cos(ops.multiply(progress, math.pi)), 1.0), 0.5)
        decayed = ops.multiply(ops.add(ops.multiply(cosine, 1 - self.alpha), self.alpha), top)
        if not warming:
            return decayed
        rise = ops.multiply(ops.divide(step, float(max(self.warmup_steps, 1))), top - self.initial_learning_rate)
        return ops.where(ops.less(step, float(self.warmup_steps)), ops.add(rise, self.initial_learning_rate), decayed)


def _positive(name: str, **arguments: float) -> None:
    for argument, value in arguments.items():
        if value <= 0:
            raise ValueError(f"{name}: {argument} must be positive, got {value}")


TABLE = table_of(ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay, CosineDecay)
