"""Steps over rows: whole batches, then what is left; in slices of native calls, or one by one for callbacks."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .data import Data
from .step import Bound, Step

MakeStep = Callable[[int], Step]


@dataclass(frozen=True)
class Part:
    """Batches of one size, one after the other.

    Attributes:
        data: the rows.
        size: rows of a batch.
        row: the first row.
        count: how many batches there are.
        outputs: arrays that predictions are written into, one entry for each batch.
    """

    data: Data
    size: int
    row: int
    count: int
    outputs: Sequence[np.ndarray] = ()


def batches(rows: int, batch: int) -> int:
    """How many batches the rows make, the last one possibly smaller."""
    return -(-rows // batch)


def parts_of(
    data: Data, batch: int, first: int = 0, last: int | None = None, outputs: Sequence[np.ndarray] = ()
) -> list[Part]:
    """The batches from number `first` up to `last`: those of the whole size, then the smaller one at the end of the rows.

    Args:
        data: the rows.
        batch: rows of a batch.
        first: number of the first batch.
        last: number of the first batch that is left out; by default none is.
        outputs: arrays for predictions, a row for each of the data.
    """
    whole, rest = divmod(len(data), batch)
    last = whole + bool(rest) if last is None else min(last, whole + bool(rest))
    counts = ((batch, first, min(whole, last) - first), (rest, whole, min(1, last - max(whole, first))))
    parts = []
    for size, number, count in counts:
        if size and count > 0:
            row = number * batch
            places = [o[row : row + size * count].reshape(count, size, *o.shape[1:]) for o in outputs]
            parts.append(Part(data, size, row, count, places))
    return parts


def warn_of_few(wanted: int | None, left: int, what: str) -> None:
    """Warn where there are fewer batches than wanted."""
    if wanted is not None and wanted > left:
        warnings.warn(
            f"{what} wants {wanted} batches, and the data has {left} left: it ends early. Give more rows, a smaller batch_size, "
            "or fewer steps",
            stacklevel=3,
        )


class Loop:
    """One run over batches.

    Args:
        parts: the batches.
        make_step: gives the compiled step for a number of rows, as the settings are now.
        order: the rows' order; as they come by default.

    Attributes:
        steps: how many there are.
        step: the step that ran last.
    """

    def __init__(self, parts: Sequence[Part], make_step: MakeStep, order: np.ndarray | None = None) -> None:
        self.parts, self.make_step, self.order = parts, make_step, order
        self.steps = sum(part.count for part in parts)
        self.step: Step | None = None

    def run(self, one_by_one: bool = False) -> Iterator[int]:
        """Run all steps; yields how many are done, after each one or each slice of them."""
        before = 0
        for part in self.parts:
            for done in self._steps(part, one_by_one):
                yield before + done
            before += part.count

    def _steps(self, part: Part, one_by_one: bool) -> Iterator[int]:
        done = 0
        bound: Bound | None = None
        while done < part.count:
            self.step = self.make_step(part.size)
            if bound is None or bound.step is not self.step:  # a callback may have changed settings
                bound = self.step.bind(part.data, self.order, part.row + done * part.size, part.outputs)
            done += bound.run(done, 1 if one_by_one else part.count - done)
            yield done
