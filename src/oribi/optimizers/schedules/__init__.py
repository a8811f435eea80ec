"""Learning-rate schedules: a rate for each step, as `keras.optimizers.schedules`."""

from oribi.config.entry_points import entry_points as _entry_points

from .schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    LearningRateSchedule,
    PiecewiseConstantDecay,
    PolynomialDecay,
)

serialize, deserialize = _entry_points("optimizers.schedules", "learning_rate_schedule")

__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]
