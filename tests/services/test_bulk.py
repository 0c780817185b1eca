"""Many needs at once: in order, by several processes, with bounded reading ahead."""

import os
import signal

import pytest

from matchmaker.errors import Unavailable
from matchmaker.services.bulk import AHEAD, AT_ONCE, answers


def doubled(number):
    return 2 * number, os.getpid()


@pytest.mark.parametrize("n", [0, 1, AT_ONCE, AT_ONCE + 1, 10 * AT_ONCE + 3])
@pytest.mark.parametrize("processes", [1, 2, 3])
def test_answers_come_in_order(n, processes):
    found = list(answers(range(n), doubled, processes))
    assert [answer for answer, _ in found] == [2 * number for number in range(n)]
    assert (os.getpid() in {process for _, process in found}) == (0 < n <= AT_ONCE or (n > 0 and processes == 1))


def test_what_is_read_ahead_is_bounded():
    read = []

    def needs():
        for number in range(100 * AT_ONCE):
            read.append(number)
            yield number

    most = 0
    for done, _ in enumerate(answers(needs(), doubled, 2), 1):
        most = max(most, len(read) - done)
    assert len(read) == 100 * AT_ONCE
    assert most <= (2 * AHEAD + 1) * AT_ONCE


def test_who_answers_has_what_was_there_before():
    held = object()
    assert all(same for same in answers(range(3 * AT_ONCE), lambda _: held is not None, 2))


def test_a_fault_of_one_need_comes_out():
    def answer(number):
        if number == 40:
            raise ValueError("not this one")
        return number

    with pytest.raises(ValueError, match="not this one"):
        list(answers(range(5 * AT_ONCE), answer, 2))


def test_a_killed_process_is_told_and_not_waited_for():
    def answer(number):
        if number == 3 * AT_ONCE:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with pytest.raises(Unavailable, match="was killed"):
        list(answers(range(50 * AT_ONCE), answer, 2))
