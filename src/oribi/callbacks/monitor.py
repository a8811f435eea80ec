"""What callbacks that watch a metric have in common."""

import math
from typing import Any

from .callback import Callback


class Monitor:
    """A metric, and which way it gets better.

    Args:
        callback: whose metric it is.
        name: of the metric.
        mode: `min`, `max`, or `auto`: what the metric says itself in its `_direction`, `"up"` or `"down"`; else `max` for
            accuracies, `min` for losses and errors.
        min_delta: what counts as an improvement.
    """

    def __init__(self, callback: Callback, name: str, mode: str, min_delta: float = 0.0) -> None:
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"{type(callback).__name__}: mode must be auto, min or max, got {mode!r}")
        self.name, self.min_delta = name, abs(min_delta)
        self.callback, self.mode = callback, mode

    def improves(self, value: float, reference: float | None) -> bool:
        """Whether a value is better than another; than none, every number is.

        Raises:
            ValueError: the mode is `auto`, and neither the metric nor its name says which way it gets better.
        """
        mode = self._direction() if self.mode == "auto" else self.mode
        if reference is None:
            return not math.isnan(value)
        return value < reference - self.min_delta if mode == "min" else value > reference + self.min_delta

    def _direction(self) -> str:
        said = _said_by(getattr(self.callback.model, "metrics", ()), self.name.removeprefix("val_")) or _said_by_name(
            self.name
        )
        if said is None:
            raise ValueError(
                f"{type(self.callback).__name__}: whether {self.name!r} gets better up or down is not known: "
                "give mode='max' or mode='min'"
            )
        return MODES[said]


MODES = {"up": "max", "down": "min"}
UP = frozenset({"acc", "accuracy", "auc"})
DOWN = frozenset({"loss", "error", "crossentropy", "mse", "mae", "mape", "msle", "ce", "bce", "kld"})


def _said_by(metrics: Any, name: str) -> str | None:
    """What the metric of this name says of its direction."""
    said = [getattr(metric, "_direction", None) for metric in metrics if metric.name == name]
    return next((direction for direction in said if direction in MODES), None)


def _said_by_name(name: str) -> str | None:
    """The direction of metrics of this name."""
    words = [word for word in name.split("_") if not word.isdigit()]  # a second metric of a name has a number
    last = words[-1] if words else name
    return "up" if last in UP else "down" if last in DOWN else None
