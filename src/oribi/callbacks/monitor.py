"""What callbacks that watch a metric have in common."""

import math


class Monitor:
    """A metric, and which way it gets better.

    Args:
        who: the callback, for messages.
        name: of the metric.
        mode: `min`, `max`, or `auto`: `max` for accuracies, `min` for losses and errors.
        min_delta: what counts as an improvement.
    """

    def __init__(self, who: str, name: str, mode: str, min_delta: float = 0.0) -> None:
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"{who}: mode must be auto, min or max, got {mode!r}")
        self.name, self.min_delta = name, abs(min_delta)
        self.who, self.mode = who, mode

    def improves(self, value: float, reference: float | None) -> bool:
        """Whether a value is better than another; than none, every number is.

        Raises:
            ValueError: the mode is `auto`, and the metric's name does not say which way it gets better.
        """
        mode = _direction(self.who, self.name) if self.mode == "auto" else self.mode
        if reference is None:
            return not math.isnan(value)
        return value < reference - self.min_delta if mode == "min" else value > reference + self.min_delta


UP = frozenset({"acc", "accuracy", "auc"})
DOWN = frozenset({"loss", "error", "crossentropy", "mse", "mae", "mape", "msle", "ce", "bce", "kld"})


def _direction(who: str, name: str) -> str:
    """Which way a metric of this name gets better.

    Raises:
        ValueError: the name does not say.
    """
    words = [word for word in name.split("_") if not word.isdigit()]  # a second metric of a name has a number
    last = words[-1] if words else name
    if last in UP:
        return "max"
    if last in DOWN:
        return "min"
    raise ValueError(f"{who}: whether {name!r} gets better up or down is not known: give mode='max' or mode='min'")
