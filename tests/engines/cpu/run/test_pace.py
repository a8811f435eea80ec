"""The choice of threads, fed with what calls would take: no clock is asked."""

import pytest

from oribi.engines.cpu.run.pace import CALL_SECONDS, TRIALS, Pace


def run(pace, seconds_of, steps, changes=()):
    """Run so many steps on a machine where a step takes `seconds_of[threads]`, other seconds from some step on."""
    done, time, calls = 0, 0.0, []
    changes = dict(changes)
    while done < steps:
        seconds_of = next((changes.pop(at) for at in sorted(changes) if done >= at), seconds_of)
        threads, count = pace.plan(steps - done)
        took = seconds_of[threads] * count
        pace.note(threads, count, took)
        calls.append((threads, count, took))
        done, time = done + count, time + took
    return time, calls


@pytest.mark.parametrize(
    "seconds", [{1: 28e-6, 2: 130e-6}, {1: 160e-6, 2: 105e-6}, {1: 564e-6, 2: 7978e-6}, {1: 1e-4, 2: 1e-4}]
)
def test_a_run_takes_hardly_longer_than_on_the_better_team(seconds):
    time, calls = run(Pace((1, 2)), seconds, 40_000)
    assert time < 1.1 * min(seconds.values()) * 40_000
    assert all(took <= 1.01 * CALL_SECONDS or count == 1 for _, count, took in calls)


def test_the_choice_follows_a_machine_that_becomes_busy_and_free_again():
    free, busy = {1: 160e-6, 2: 105e-6}, {1: 200e-6, 2: 5000e-6}
    _, calls = run(Pace((1, 2)), free, 60_000, {20_000: busy, 40_000: free}.items())
    done, chosen = 0, []
    for threads, count, _ in calls:
        done += count
        chosen.append((done, threads, count))
    on = lambda low, high, team: sum(c for d, t, c in chosen if low < d <= high and t == team)
    assert on(5_000, 20_000, 2) > 10 * on(5_000, 20_000, 1)
    assert on(25_000, 40_000, 1) > 50 * on(25_000, 40_000, 2)
    assert on(50_000, 60_000, 2) > 10 * on(50_000, 60_000, 1)


def test_the_first_call_of_a_team_counts_for_nothing():
    pace = Pace((1, 2))
    for threads, usual in ((1, 1e-4), (2, 2e-4)):
        for call in range(TRIALS):
            assert pace.plan(100)[0] == threads
            pace.note(threads, 1, usual if call else 1.0)
    assert pace.plan(100)[0] == 1


def test_there_is_nothing_to_choose_from_one_team():
    pace = Pace((3,))
    for _ in range(5):
        threads, steps = pace.plan(1000)
        assert threads == 3 and steps <= 1000
        pace.note(threads, steps, 0.5)


def test_no_call_makes_more_steps_than_are_left():
    pace = Pace((1, 2))
    for left in (1, 1, 3, 2, 1):
        threads, steps = pace.plan(left)
        assert 1 <= steps <= left
        pace.note(threads, steps, 1e-6 * steps)


def test_a_team_that_is_much_slower_is_tried_twice_before_the_others_go_on():
    _, calls = run(Pace((1, 2)), {1: 1e-4, 2: 1e-3}, 300)
    assert [count for threads, count, _ in calls if threads == 2] == [1, 2]
