"""pace: how many threads a program runs on, by what its calls took.

A team pays where there is enough work between two barriers, and where the cores are free: on a machine that is busy with something
else, a barrier waits for whichever thread was put aside. Neither can be known beforehand, so it is measured while the program runs,
which is free to change its team at any call: the bits do not depend on it.
"""

CALL_SECONDS = 0.05  # how long a call lasts: progress moves and Ctrl-C answers in between
TRIALS = 3  # calls of a team that nothing is known of; the first finds cold caches, and counts for nothing
TRIAL_SECONDS = 0.002  # how long such a call lasts
PROBE_AFTER = (
    0.05,
    0.5,
)  # seconds of running after which the slower team is tried again: at first, and twice as many each time
PROBE_SHARE = 0.04  # of those seconds, what the try takes
HOPELESS = 2  # how many times as long as the best team's a step takes on a team that is tried no more at first
GROWTH = 8  # how many times as many steps as the call before one of the first calls makes


class Pace:
    """The choice between teams, such as one thread and all of them.

    Args:
        options: numbers of threads, ascending.
    """

    def __init__(self, options: tuple[int, ...]) -> None:
        self.options = options
        self._each: dict[int, float] = {}  # seconds of a step on each team
        self._calls = dict.fromkeys(options, 0)
        self._best = options[0]
        self._since, self._wait = 0.0, PROBE_AFTER[0]  # seconds since the slower team was tried, and until it is again

    def plan(self, left: int) -> tuple[int, int]:
        """The team for the next call, and how many steps it makes, of so many that are left."""
        threads, seconds = self._next()
        each = self._each.get(threads)
        steps = 1 if each is None else int(seconds / each)
        if self._calls[threads] < TRIALS:
            steps = min(steps, GROWTH ** self._calls[threads])
        return threads, max(1, min(left, steps))

    def _next(self) -> tuple[int, float]:
        if len(self.options) == 1:
            return self.options[0], CALL_SECONDS
        for threads in self.options:
            if self._calls[threads] < TRIALS and not self._hopeless(threads):
                return threads, TRIAL_SECONDS
        self._best = min(self.options, key=self._each.__getitem__)
        if self._since > self._wait:
            seconds, self._since = PROBE_SHARE * self._since, 0.0
            self._wait = min(2 * self._wait, PROBE_AFTER[1])
            return next(threads for threads in self.options if threads != self._best), seconds
        return self._best, CALL_SECONDS

    def _hopeless(self, threads: int) -> bool:
        """Whether the one try of a team that counts was much slower than another team."""
        return self._calls[threads] > 1 and self._each[threads] > HOPELESS * min(self._each.values())

    def note(self, threads: int, steps: int, seconds: float) -> None:
        """What a call took."""
        each, known, calls = max(seconds, 1e-7) / steps, self._each.get(threads), self._calls[threads]
        self._calls[threads] += 1
        if known is None or calls == 1:
            self._each[threads] = each
        elif calls < TRIALS:
            self._each[threads] = min(known, each)
        else:  # of the slower team the last try counts, so that the choice soon follows the machine
            self._each[threads] = (known + each) / 2 if threads == self._best else each
            self._since += seconds
