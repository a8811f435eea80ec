"""What a model is trained and judged by: for each output a loss, its weight, and metrics."""

import copy
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oribi import losses, nest, ops
from oribi import metrics as metric_classes
from oribi.config.scopes import named_by_user
from oribi.metrics.metrics import resolve_for

Specs = list[Any]


class Objectives:
    """The losses and metrics of `compile`, brought to the outputs of the model once those are known.

    Args:
        loss, loss_weights, metrics, weighted_metrics: as given to `compile`.
    """

    def __init__(self, loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any) -> None:
        self.given = {"loss": loss, "loss_weights": loss_weights}
        self.given |= {"metrics": metrics, "weighted_metrics": weighted_metrics}
        for given in nest.flatten(loss):
            if given is not None:
                losses.get(given)  # an unknown name is told at once
        self.tracker = metric_classes.Mean(name="loss")
        self.trackers: list[Any] = []
        self.losses: list[Any] = []
        self.weights: list[Any] = []
        self.metrics: list[tuple[int, Any, bool]] = []  # output, metric, whether it is weighted
        self.outputs: list[str] | None = None

    @property
    def all_metrics(self) -> list[Any]:
        """The mean of the loss, those of each output's loss, then the metrics."""
        return [self.tracker, *self.trackers, *(m for _, m, _ in self.metrics)]

    @property
    def has_losses(self) -> bool:
        """Whether any loss was given."""
        return any(given is not None for given in nest.flatten(self.given["loss"]))

    @property
    def has_metrics(self) -> bool:
        """Whether any metric was given."""
        given = [self.given["metrics"], self.given["weighted_metrics"]]
        return any(g is not None for g in nest.flatten(given))

    def resolve(self, names: list[str], y: list[Any], y_pred: list[Any]) -> None:
        """Make the losses and metrics for outputs of these names; once."""
        if self.outputs is not None:
            return
        several = len(names) > 1
        self.losses = [losses.get(s) for s in self._each("loss", names)]
        self.weights = self._each("loss_weights", names)
        self.metrics = []
        given: list[Any] = []
        used = {"loss", *(f"{name}_loss" for name in names if several)}
        for kind, weighted in (("metrics", False), ("weighted_metrics", True)):
            for output, specs in enumerate(self._each(kind, names)):
                for spec in specs if isinstance(specs, list | tuple) else [] if specs is None else [specs]:
                    shape = () if y[output] is None else y[output].shape
                    metric = resolve_for(spec, shape, y_pred[output].shape)
                    if any(metric is known for known in given):
                        raise ValueError(
                            f"compile: the metric {metric.name!r} is given more than once, and would add up what belongs "
                            "apart: give each place an object of its own, or the name"
                        )
                    given.append(metric)
                    prefix = f"{names[output]}_" if several else ""
                    name = f"{prefix}{metric.name}"
                    if name in used and weighted:
                        name = f"{prefix}weighted_{metric.name}"
                    name = _unused(name, used)
                    if name != metric.name:
                        metric = copy.copy(metric)  # the user's keeps its name, and shares the state
                        metric.name = name
                    used.add(name)
                    self.metrics.append((output, metric, weighted))
        if several:
            self.trackers = [
                metric_classes.Mean(name=f"{n}_loss") for n, s in zip(names, self.losses, strict=True) if s is not None
            ]
        self.outputs = names

    def _each(self, what: str, names: list[str]) -> Specs:
        """What was given, for each output: by name from a dict, in order from a list, or for all alike."""
        given = self.given[what]
        lists = what.endswith("metrics")
        if isinstance(given, Mapping):
            unknown = [key for key in given if key not in names]
            if unknown:
                raise ValueError(f"compile: {what} names {unknown}, the model's outputs are {names}")
            return [given.get(name) for name in names]
        if len(names) == 1:
            return [given if lists else given[0] if isinstance(given, list | tuple) and given else given]
        if isinstance(given, list | tuple):
            if len(given) != len(names):
                raise ValueError(
                    f"compile: {what} needs an entry for each of the outputs {names}, or a dict by name, got {given!r}"
                )
            return list(given)
        return [given] * len(names)

    def loss(self, y: list[Any], y_pred: list[Any], weights: list[Any]) -> Any:
        """The weighted sum of the outputs' losses; each is added to its tracker. None where there is no loss."""
        total, trackers = None, iter(self.trackers)
        for output, (loss, factor) in enumerate(zip(self.losses, self.weights, strict=True)):
            if loss is None:
                continue
            value = loss(self._target(y, output), y_pred[output], weights[output])
            value = ops.mean(value) if value.ndim else value
            tracker = next(trackers, None)
            if tracker is not None:
                tracker.update_state(value, sample_weight=float(y_pred[output].shape[0]))
            value = value if factor is None else ops.multiply(value, float(factor))
            total = value if total is None else ops.add(total, value)
        return total

    def update(self, y: list[Any], y_pred: list[Any], weights: list[Any]) -> None:
        """Add a batch to the metrics."""
        for output, metric, weighted in self.metrics:
            sample_weight = {"sample_weight": weights[output]} if weighted and weights[output] is not None else {}
            metric.update_state(self._target(y, output), y_pred[output], **sample_weight)

    def _target(self, y: list[Any], output: int) -> Any:
        """The true values of an output that has a loss or a metric."""
        if y[output] is None:
            missing = [(self.outputs or [])[output]]
            raise ValueError(f"y has no entry for the outputs {missing}, which have a loss or a metric")
        return y[output]

    def check(self, y: Sequence[Any], shapes: Sequence[Any]) -> None:
        """Raise a ValueError if whole arrays of true values cannot be meant for the outputs."""
        for loss, array, shape in zip(self.losses, y, shapes, strict=False):
            if loss is not None and array is not None:
                loss.check(array, shape)


def _unused(name: str, used: set[str]) -> str:
    """The name, or where it is used, with the first number that makes it another than all that are."""
    numbered = (f"{name}_{number}" for number in itertools.count(1))
    return next(made for made in itertools.chain([name], numbered) if made not in used)


def revived(given: Any, family: Any) -> Any:
    """What `compile` takes, out of its config: objects in place of their configs, however they are nested."""
    if isinstance(given, Mapping):
        if "class_name" in given:
            return family.get(given)
        return {key: revived(value, family) for key, value in given.items()}
    if isinstance(given, list | tuple):
        return [revived(item, family) for item in given]
    return named_by_user(given)


def names_of(model: Any, y_pred: Any) -> list[str]:
    """The names of a model's outputs: its own, the keys of a dict, or numbers."""
    if isinstance(y_pred, Mapping):
        return [str(key) for key in y_pred]
    own: list[str] | None = getattr(model, "output_names", None)
    count = len(nest.flatten(y_pred))
    return own if own is not None and len(own) == count else [f"output_{i}" for i in range(count)]


def aligned(word: str, given: Any, names: list[str], default: Callable[[], Any] | None = None) -> list[Any]:
    """Arrays for each output: by name from a dict, in order from a list; None for each where none were given.

    Raises:
        ValueError: they are not as many as outputs, or an output's is missing.
    """
    if given is None:
        return [None] * len(names)
    if isinstance(given, Mapping):
        missing = [name for name in names if name not in given]
        if missing and default is None:
            raise ValueError(f"{word} has no entry for the outputs {missing}; it has {sorted(given)}")
        return [given[name] if name in given else default() for name in names]  # type: ignore[misc]
    found = nest.flatten(given)
    if len(found) != len(names):
        raise ValueError(f"{word} has {len(found)} arrays, the model has {len(names)} outputs {names}")
    return found
