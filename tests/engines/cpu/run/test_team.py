"""The team: every member runs, Ctrl-C at any moment leaves none of them behind."""

import random
import signal
import threading
import time

from oribi.engines.cpu.run import team


def test_every_member_runs_once():
    ran = []
    team.run_together(lambda *arguments: ran.append(arguments[:4]), 5, 2, 7, None)
    assert sorted(ran) == [(i, 5, 2, 7) for i in range(5)]


def test_ctrl_c_at_any_moment_waits_for_the_whole_team():
    """All members meet, as native code does: one that came alone would wait for good."""
    seed = random.Random(0)
    for _ in range(300):
        meet = threading.Barrier(3, timeout=20)
        inside = []

        def run(thread, *_, meet=meet, inside=inside):
            inside.append(thread)
            meet.wait()
            time.sleep(0.001)
            inside.remove(thread)

        delay = seed.random() * 0.002
        main = threading.main_thread().ident
        timer = threading.Timer(delay, signal.pthread_kill, (main, signal.SIGINT))
        try:
            timer.start()
            team.run_together(run, 3, 0, 1, None)
            timer.join()
            time.sleep(0.01)
        except KeyboardInterrupt:
            pass
        assert inside == []
        timer.join()
