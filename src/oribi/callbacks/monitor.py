"""What callbacks that watch a metric have in common."""

import math


class Monitor:
    """A metric, and which way it gets better.

    Args:
        who: the callback, for messages.
        name: of the metric.
        mode: `min`, `max`, or `auto`: `max` for accuracies.
        min_delta: what counts as an improvement.
    """

    def __init__(self, who: str, name: str, mode: str, min_delta: float = 0.0) -> None:
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"{who}: mode must be auto, min or max, got {mode!r}")
        self.name, self.min_delta = name, abs(min_delta)
        self.mode = mode if mode != "auto" else "max" if name.endswith(("acc", "accuracy", "auc")) else "min"

    def improves(self, value: float, reference: float | None) -> bool:
        """Whether a value is better than another; than none, every number is."""
        if reference is None:
            return not math.isnan(value)
        return value < reference - self.min_delta if self.mode == "min" else value > reference + self.min_delta
