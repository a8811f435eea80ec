"""Steps over rows: whole batches, then what is left; in slices of native calls, or one by one for callbacks."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .data import Data
from .step import Bound, Step

MakeStep = Callable[[int], Step]


def batches_of(rows: int, batch: int, limit: int | None = None) -> tuple[int, int]:
    """How many whole batches there are, and how many rows are left for a last one; at most `limit` batches in all."""
    whole, rest = divmod(rows, batch)
    if limit is not None and whole + bool(rest) > limit:
        return limit, 0
    return whole, rest


class Loop:
    """One pass over data.

    Args:
        data: the rows.
        batch: rows of a step.
        make_step: gives the compiled step for a number of rows.
        order: the rows' order; as they come by default.
        limit: at most so many steps.
        outputs: arrays that predictions are written into, one row for each of the data.
        first: the step to begin with.
    """

    def __init__(
        self,
        data: Data,
        batch: int,
        make_step: MakeStep,
        order: np.ndarray | None = None,
        limit: int | None = None,
        outputs: Sequence[np.ndarray] = (),
        first: int = 0,
    ) -> None:
        self.first = first
        self.whole, self.rest = batches_of(len(data), batch, limit)
        self.steps = self.whole + bool(self.rest)
        row = np.array(first * batch, "int64")
        self.parts: list[tuple[Bound, int]] = []
        for size, count in ((batch, self.whole), (self.rest, int(bool(self.rest)))):
            if count:
                start = 0 if size == batch else self.whole * batch
                parts = [o[start : start + size * count].reshape(count, size, *o.shape[1:]) for o in outputs]
                self.parts.append((make_step(size).bind(data, order, row, parts), count))

    def told(self) -> dict[str, Any]:
        """The variables that hold what a step of the user's own returns."""
        return self.parts[0][0].step.told

    def run(self, one_by_one: bool = False) -> Iterator[int]:
        """Run all steps; yields how many are done, after each one or each slice of them."""
        before = 0
        for bound, count in self.parts:
            for done in self._steps(bound, max(self.first - before, 0), count, one_by_one):
                yield before + done
            before += count

    def _steps(self, bound: Bound, done: int, count: int, one_by_one: bool) -> Iterator[int]:
        while done < count:
            done += bound.run(done, 1 if one_by_one else count - done)
            yield done


def float_logs(logs: dict[str, Any]) -> dict[str, float]:
    """Metrics as Python floats, in Keras' order."""
    return {name: float(logs[name]) for name in sorted(logs)}
