"""Metrics of the confusion matrix: counts of right and wrong decisions at thresholds, and what is made of them."""

from typing import Any

import numpy as np

from oribi import ops
from oribi.config.defaults import epsilon
from oribi.losses.reduction import align, masked_weights, weights_for
from oribi.values import Tensor, Variable

from .metric import Metric

LOWEST = -1e10  # below every prediction: what is not among the k largest

COUNTS = {  # whether the example is positive, and whether it is taken for one
    "true_positives": (True, True),
    "false_positives": (False, True),
    "true_negatives": (False, False),
    "false_negatives": (True, False),
}


def _thresholds(who: str, given: Any, default: float) -> list[float]:
    """The thresholds as a list.

    Raises:
        ValueError: one is not between 0 and 1.
    """
    listed = [default] if given is None else list(given) if isinstance(given, list | tuple | np.ndarray) else [given]
    numbers = [t for t in listed if isinstance(t, int | float | np.number) and (t == LOWEST or 0 <= t <= 1)]
    if len(numbers) != len(listed) or not listed:
        raise ValueError(f"{who}: thresholds must be numbers between 0 and 1. Received: thresholds={given!r}")
    return [float(t) for t in numbers]


def _share(part: Any, whole: Any) -> Tensor:
    """part / whole, 0 where there is nothing."""
    empty = ops.equal(whole, 0)
    return ops.where(empty, 0.0, ops.divide(part, ops.where(empty, 1.0, whole)))


class _Counting(Metric):
    """Counts decisions at thresholds.

    Args:
        counts: which of `COUNTS`.
        thresholds: what predictions are compared with.
        name, dtype: as in `Metric`.
    """

    def __init__(self, counts: tuple[str, ...], thresholds: list[float], name: str | None, dtype: Any) -> None:
        super().__init__(name, dtype)
        self.counts = counts
        self._compared = np.asarray(thresholds, "float32")
        self._direction = "up"

    def make_counts(self, *labels: int) -> None:
        for count in self.counts:
            # In float64, which counts exactly beyond 2^24.
            setattr(self, count, self.add_variable((len(self._compared), *labels), dtype="float64", name=count))

    def count(self, y_true: Tensor, y_pred: Tensor, weights: Tensor | None) -> None:
        """Add a batch: all but the leading axes of the counts is summed over."""
        variables: list[Variable] = [getattr(self, count) for count in self.counts]
        labels = variables[0].ndim - 1
        lead = (len(self._compared), *(1,) * y_true.ndim)
        taken = ops.greater(ops.expand_dims(y_pred, 0), ops.reshape(self._compared, lead))
        positive = ops.expand_dims(ops.cast(y_true, "bool"), 0)
        over = tuple(range(1, y_true.ndim + 1 - labels))
        for count, variable in zip(self.counts, variables, strict=True):
            is_positive, is_taken = COUNTS[count]
            hit = ops.logical_and(
                positive if is_positive else ops.logical_not(positive), taken if is_taken else ops.logical_not(taken)
            )
            number = ops.cast(hit, "float32")
            if weights is not None:
                number = ops.multiply(number, ops.expand_dims(weights, 0))
            variable.assign(variable + ops.sum(number, axis=over))

    def prepared(self, y_true: Any, y_pred: Any, sample_weight: Any) -> tuple[Tensor, Tensor, Tensor | None]:
        """True values and predictions in one shape, and their weights in it, those of a mask among them."""
        mask = getattr(y_pred, "mask", None)
        y_true, y_pred = align(y_true, ops.cast(y_pred, "float32"))
        weights = masked_weights(mask, sample_weight, "float32", "sum")
        return y_true, y_pred, None if weights is None else weights_for(y_pred, weights)

    def shaped(self, values: Any) -> Tensor:
        """A number for each threshold; the number alone where there is one."""
        result = ops.cast(values, self.dtype)
        return result[0] if len(self._compared) == 1 else result


class _Count(_Counting):
    """One count, at one threshold or several.

    Args:
        thresholds: a number between 0 and 1, or several; 0.5 by default.
        name, dtype: as in `Metric`.
    """

    what: str

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__((self.what,), _thresholds(type(self).__name__, thresholds, 0.5), name, dtype)
        self.thresholds = thresholds
        self._direction = "up" if self.what.startswith("true") else "down"
        self.make_counts()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.count(*self.prepared(y_true, y_pred, sample_weight))

    def result(self) -> Tensor:
        return self.shaped(getattr(self, self.what))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "thresholds": self.thresholds}


class TruePositives(_Count):
    """How many positive examples are taken for positive."""

    what = "true_positives"


class FalsePositives(_Count):
    """How many negative examples are taken for positive."""

    what = "false_positives"


class TrueNegatives(_Count):
    """How many negative examples are taken for negative."""

    what = "true_negatives"


class FalseNegatives(_Count):
    """How many positive examples are taken for negative."""

    what = "false_negatives"


class _Rate(_Counting):
    """The share of the true positives among those and another count.

    Args:
        thresholds: a number between 0 and 1, or several; 0.5 by default, none with `top_k`.
        top_k: only the k largest predictions of each row count as taken for positive.
        class_id: look at this class alone, an index of the last axis.
        name, dtype: as in `Metric`.
    """

    beside: str

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        default = 0.5 if top_k is None else LOWEST
        listed = _thresholds(type(self).__name__, thresholds, default)
        super().__init__(("true_positives", self.beside), listed, name, dtype)
        self.thresholds, self.top_k, self.class_id = thresholds, top_k, class_id
        self.make_counts()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred, weights = self.prepared(y_true, y_pred, sample_weight)
        if self.top_k is not None:
            least = ops.min(ops.top_k(y_pred, self.top_k)[0], axis=-1, keepdims=True)
            y_pred = ops.where(ops.greater_equal(y_pred, least), y_pred, LOWEST)
        if self.class_id is not None:
            y_true, y_pred = y_true[..., self.class_id], y_pred[..., self.class_id]
            weights = None if weights is None else weights[..., self.class_id]
        self.count(y_true, y_pred, weights)

    def result(self) -> Tensor:
        found = self.true_positives.value  # type: ignore[attr-defined]
        return self.shaped(_share(found, ops.add(found, getattr(self, self.beside))))

    def get_config(self) -> dict[str, Any]:
        own = {"thresholds": self.thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **own}


class Precision(_Rate):
    """Which share of the examples that are taken for positive is so.

    >>> m = Precision()
    >>> m.update_state([0, 1, 1, 1], [1, 0, 1, 1])
    >>> round(float(m.result()), 4)
    0.6667
    """

    beside = "false_positives"


class Recall(_Rate):
    """Which share of the positive examples is taken for positive.

    >>> m = Recall()
    >>> m.update_state([0, 1, 1, 1], [1, 0, 1, 1])
    >>> round(float(m.result()), 4)
    0.6667
    """

    beside = "false_negatives"


class AUC(_Counting):
    """The area under the ROC or the precision-recall curve, as a sum over thresholds.

    Args:
        num_thresholds: how many, evenly from 0 to 1.
        curve: `ROC` or `PR`.
        summation_method: `interpolation` (of PR as in Davis and Goadrich, 2006), `minoring` or `majoring`.
        name, dtype: as in `Metric`.
        thresholds: the thresholds between 0 and 1 themselves.
        multi_label: the last axis holds labels, each of which has a curve; the mean of their areas is the result.
        num_labels: how many labels there are, where `multi_label`; else found in the first batch.
        label_weights: of the labels in that mean.
        from_logits: predictions are scores before the sigmoid, rather than probabilities.

    Raises:
        ValueError: an unknown summation_method or curve, or fewer than two thresholds.

    >>> m = AUC(num_thresholds=3)
    >>> m.update_state([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    >>> float(m.result())
    0.75
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        if str(curve).upper() not in ("ROC", "PR"):
            raise ValueError(f"AUC: curve must be 'ROC' or 'PR'. Received: curve={curve!r}")
        if str(summation_method).lower() not in ("interpolation", "minoring", "majoring"):
            raise ValueError(
                "AUC: summation_method must be 'interpolation', 'minoring' or 'majoring'. "
                f"Received: summation_method={summation_method!r}"
            )
        if thresholds is None and num_thresholds <= 1:
            raise ValueError(f"AUC: num_thresholds must be more than 1. Received: {num_thresholds=}")
        inner = (
            [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
            if thresholds is None
            else sorted(_thresholds("AUC", thresholds, 0.5))
        )
        super().__init__(tuple(COUNTS), [-epsilon(), *inner, 1 + epsilon()], name, dtype)
        self.num_thresholds, self.thresholds = len(inner) + 2, inner
        self.curve, self.summation_method = str(curve).upper(), str(summation_method).lower()
        self.multi_label, self.num_labels, self.from_logits = multi_label, num_labels, from_logits
        self.label_weights = None if label_weights is None else [float(w) for w in label_weights]
        if not multi_label:
            self.make_counts()
        elif num_labels is not None:
            self.make_counts(num_labels)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred, weights = self.prepared(y_true, y_pred, sample_weight)
        if self.from_logits:
            y_pred = ops.sigmoid(y_pred)
        if not self._variables:
            from oribi.values import untraced

            with untraced():
                self.make_counts(y_pred.shape[-1])
        if self.label_weights is not None and not self.multi_label:
            scaled = ops.broadcast_to(ops.convert_to_tensor(self.label_weights), y_pred.shape)
            weights = scaled if weights is None else ops.multiply(weights, scaled)
        self.count(y_true, y_pred, weights)

    def result(self) -> Tensor:
        if not self._variables:
            return ops.zeros((), dtype=self.dtype)
        areas = self._area(*(getattr(self, count).value for count in self.counts))
        if not self.multi_label:
            return ops.cast(areas, self.dtype)
        weights = ops.ones_like(areas) if self.label_weights is None else ops.cast(self.label_weights, areas.dtype)
        return ops.cast(_share(ops.sum(ops.multiply(areas, weights)), ops.sum(weights)), self.dtype)

    def _area(self, tp: Tensor, fp: Tensor, tn: Tensor, fn: Tensor) -> Tensor:
        if self.curve == "PR" and self.summation_method == "interpolation":
            return _interpolated(tp, fp, fn)
        recall = _share(tp, ops.add(tp, fn))
        x, y = (_share(fp, ops.add(fp, tn)), recall) if self.curve == "ROC" else (recall, _share(tp, ops.add(tp, fp)))
        left, right = y[:-1], y[1:]
        height = {
            "interpolation": lambda: ops.divide(ops.add(left, right), 2.0),
            "minoring": lambda: ops.minimum(left, right),
            "majoring": lambda: ops.maximum(left, right),
        }[self.summation_method]()
        return ops.sum(ops.multiply(ops.subtract(x[:-1], x[1:]), height), axis=0)

    def get_config(self) -> dict[str, Any]:
        own = (
            "num_thresholds",
            "curve",
            "summation_method",
            "multi_label",
            "num_labels",
            "label_weights",
            "from_logits",
        )
        return {**super().get_config(), **{key: getattr(self, key) for key in own}, "thresholds": self.thresholds}


def _interpolated(tp: Tensor, fp: Tensor, fn: Tensor) -> Tensor:
    """The area under the precision-recall curve, between two thresholds that of the curve along which tp / (tp + fp) moves."""
    taken = ops.add(tp, fp)
    more_found, more_taken = ops.subtract(tp[:-1], tp[1:]), ops.subtract(taken[:-1], taken[1:])
    slope = _share(more_found, ops.maximum(more_taken, 0.0))
    start = ops.subtract(tp[1:], ops.multiply(slope, taken[1:]))
    both = ops.logical_and(ops.greater(taken[:-1], 0), ops.greater(taken[1:], 0))
    ratio = ops.where(both, _share(taken[:-1], ops.maximum(taken[1:], 0.0)), 1.0)
    grown = ops.multiply(slope, ops.add(more_found, ops.multiply(start, ops.log(ratio))))
    return ops.sum(_share(grown, ops.maximum(ops.add(tp[1:], fn[1:]), 0.0)), axis=0)
