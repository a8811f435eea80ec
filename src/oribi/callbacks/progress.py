"""The progress bar of fit, evaluate and predict."""

from typing import Any

from oribi.utils.progbar import Progbar


class ProgbarLogger:
    """Draws the progress of a loop; told by the loop whenever steps are done, in ones or in hundreds.

    Args:
        verbose: 0 silent, 1 a bar, 2 one line an epoch.
    """

    def __init__(self, verbose: int) -> None:
        self.verbose = verbose
        self.bar: Progbar | None = None

    def start(self, steps: int | None, title: str | None = None) -> None:
        if title and self.verbose:
            print(title)
        self.bar = Progbar(steps, verbose=self.verbose) if self.verbose else None

    def update(self, done: int, logs: dict[str, Any]) -> None:
        """Show progress, unless the loop is over: `finish` does that, with the final metrics."""
        if self.bar and self.verbose == 1 and done != self.bar.target:
            self.bar.stateful_metrics.update(logs)
            self.bar.update(done, list(logs.items()), finalize=False)

    def finish(self, done: int, logs: dict[str, Any]) -> None:
        if self.bar:
            self.bar.target = done
            self.bar.stateful_metrics.update(logs)
            self.bar.update(done, list(logs.items()), finalize=True)
