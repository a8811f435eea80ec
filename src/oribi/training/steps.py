"""The compiled steps of a model: each is found again as long as nothing that it was traced with has changed."""

import threading
from dataclasses import replace
from typing import Any

from oribi import changes

from .settings import State, counts_all_changes, state_of
from .step import Layout, Step, StepTrace, traced

KEPT = 8  # settings whose steps are kept: those of a search over rates would otherwise pile up


class Steps:
    """Compiled steps by settings and layout. Several threads may ask for them."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._all: dict[State, dict[Layout, Step]] = {}
        self._present: dict[Layout, Step] = {}
        self._apart: dict[Layout, bool] = {}
        self._count = -1
        self._counted = True  # whether every change of a setting is counted

    def look(self, model: Any) -> None:
        """Look through the settings of the model, also where nothing has counted as a change: arrays, and attributes of objects
        that are not oribi's."""
        count, state = changes.count(), state_of(model)
        if self._all.get(state) is not self._present:
            self._apart = {}
        self._present = self._all.pop(state, {})
        self._all[state] = self._present
        self._count, self._counted = count, counts_all_changes(state)
        while len(self._all) > KEPT:
            del self._all[next(iter(self._all))]

    def get(self, model: Any, layout: Layout) -> Step:
        """The step for a layout, traced and compiled where there is none for the present settings."""
        with self._lock:
            self.look_if_changed(model)
            step = self._present.get(layout)
            if step is None:
                step = Step(model, layout)
                # A call may set attributes, such as those of layers that it builds: they are what the next one finds.
                self.look(model)
                self._present[layout] = step
            return step

    def look_if_changed(self, model: Any) -> None:
        """Look through the settings of the model unless it is known that none has changed."""
        with self._lock:
            if changes.count() != self._count or not self._counted:
                self.look(model)

    def may_be_filled(self, model: Any, layout: Layout, rows: int) -> bool:
        """Whether so many rows may be computed in a larger batch, as the layout's, among rows that nobody asked for."""
        self.look_if_changed(model)
        if replace(layout, batch=rows) in self._present:
            return False  # compiled as it is
        key = replace(layout, batch=0)
        if key not in self._apart:
            from oribi.graph.rows import rows_are_apart  # a program that predicts whole batches does without

            traces = (StepTrace(), StepTrace())
            sizes = zip((layout.batch, rows), traces, strict=True)
            one, other = (traced(model, replace(layout, batch=size), trace)[0] for size, trace in sizes)
            checks = [trace.read_as[check] for trace in traces for check in trace.checks.values()]
            self._apart[key] = rows_are_apart(one, other, {one.state[0], other.state[0], *checks})
        return self._apart[key]
