"""The compiled steps of a model: each is found again as long as nothing that it was traced with has changed."""

from typing import Any

from oribi import changes

from .settings import State, counts_all_changes, state_of
from .step import Layout, Step

KEPT = 8  # settings whose steps are kept: those of a search over rates would otherwise pile up


class Steps:
    """Compiled steps by settings and layout."""

    def __init__(self) -> None:
        self._all: dict[State, dict[Layout, Step]] = {}
        self._present: dict[Layout, Step] = {}
        self._count = -1
        self._counted = True  # whether every change of a setting is counted

    def look(self, model: Any) -> None:
        """Look through the settings of the model, also where nothing has counted as a change: arrays, and attributes of objects
        that are not oribi's."""
        count, state = changes.count(), state_of(model)
        self._present = self._all.pop(state, {})
        self._all[state] = self._present
        self._count, self._counted = count, counts_all_changes(state)
        while len(self._all) > KEPT:
            del self._all[next(iter(self._all))]

    def get(self, model: Any, layout: Layout) -> Step:
        """The step for a layout, traced and compiled where there is none for the present settings."""
        if changes.count() != self._count or not self._counted:
            self.look(model)
        step = self._present.get(layout)
        if step is None:
            step = Step(model, layout)
            # A call may set attributes, such as those of layers that it builds: they are what the next one finds.
            self.look(model)
            self._present[layout] = step
        return step
