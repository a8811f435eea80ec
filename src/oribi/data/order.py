"""The order in which a pass takes rows or batches."""

from typing import Any

import numpy as np


class Order:
    """Another order for each pass.

    Args:
        generator: what the orders are drawn from; None where everything is taken as it comes.
    """

    def __init__(self, generator: np.random.Generator | None = None) -> None:
        self._generator = generator
        self._present: np.ndarray | None = None
        self._before: Any = None

    def of(self, count: int) -> np.ndarray | None:
        """The present pass' order of so many things, the same until the pass ends; None where they are taken as they come."""
        if self._present is None and self._generator is not None:
            self._before = self._generator.bit_generator.state
            self._present = self._generator.permutation(count)
        return self._present

    def end_pass(self) -> None:
        """Let the next pass have another order."""
        self._present = None

    def state(self) -> Any:
        """The generator's state from which the order of this pass came, or, between passes, that of the next will."""
        if self._generator is None:
            return None
        return self._generator.bit_generator.state if self._present is None else self._before

    def go_on(self, state: Any) -> None:
        """Draw the order again whose state this was."""
        self._present = None
        if self._generator is not None and state is not None:
            self._generator.bit_generator.state = state
