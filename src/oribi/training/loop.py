"""A loop of steps over batches: in slices of native calls, or one by one for callbacks."""

import warnings
from collections.abc import Callable, Generator
from contextlib import closing

from oribi.data import Part, Parts

from .step import Bound, Step

MakeStep = Callable[[Part], Step]


def warn_of_few(wanted: int | None, done: int, what: str) -> None:
    """Warn where there were fewer batches than wanted."""
    if wanted is not None and done < wanted:
        warnings.warn(
            f"{what} wants {wanted} batches, and the data has {done} left: it ends early. Give more rows, a smaller batch_size, "
            "or fewer steps; a generator has to give as many batches as all epochs have steps",
            stacklevel=3,
        )


class Loop:
    """One run over batches.

    Args:
        parts: the batches.
        make_step: gives the compiled step for a part, as the settings are now.
        before: called before each step with the number of those that are done, which makes the loop run them one by one; by
            default it runs as many in a call as take a short time.

    Attributes:
        step: the step that ran last; None before the first.
    """

    def __init__(self, parts: Parts, make_step: MakeStep, before: Callable[[int], None] | None = None) -> None:
        self.parts, self.make_step, self.before = parts, make_step, before
        self.step: Step | None = None
        self._bound: Bound | None = None

    def run(self) -> Generator[int, None, None]:
        """Run all steps; yields how many are done, after each one or each slice of them."""
        before = 0
        with closing(self.parts):
            for part in self.parts:
                for done in self._steps(part, before):
                    yield before + done
                before += part.count

    def _steps(self, part: Part, before: int) -> Generator[int, None, None]:
        done = 0
        bound: Bound | None = None
        while done < part.count:
            if self.before is not None:
                self.before(before + done)
            self.step = self.make_step(part)
            if bound is None or bound.step is not self.step:  # a callback may have changed settings
                bound = self._bound_to(self.step, part, done)
            done += bound.run(done, part.count - done if self.before is None else 1)
            yield done

    def _bound_to(self, step: Step, part: Part, done: int) -> Bound:
        """A step bound to a part from one of its batches on: as it is bound already, where only the rows are others."""
        row = part.row + done * part.size
        if self._bound is None or not self._bound.begin(step, part, row):
            self._bound = Bound(step, part, row)
        return self._bound
