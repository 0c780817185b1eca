import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from matchmaker import storage
from matchmaker.domain import Attempts
from matchmaker.errors import TooMany
from matchmaker.services import limits

WHO = "li.wei@haimen.example"


def passes(session, **given) -> bool:
    try:
        limits.count(session, **{"name": "resend", "who": WHO, "most": 3, "seconds": 3600} | given)
    except TooMany:
        return False
    return True


def test_the_first_few_get_through(session):
    assert [passes(session) for _ in range(5)] == [True, True, True, False, False]


def test_who_and_what_are_counted_apart(session):
    assert not [passes(session) for _ in range(4)][-1]
    assert passes(session, who="other@haimen.example")
    assert passes(session, name="sign_in")


def test_a_refusal_says_how_long_to_wait(session):
    limits.count(session, "resend", WHO, 1, 60)
    with pytest.raises(TooMany) as refused:
        limits.count(session, "resend", WHO, 1, 60)
    assert 0 < refused.value.values["seconds"] <= 60


def test_a_new_window_begins_from_nothing(session, monkeypatch):
    moments = iter([1_000_000_000.0, 1_000_000_001.0, 1_000_000_060.0])

    class Clock:
        @staticmethod
        def timestamp():
            return next(moments)

    monkeypatch.setattr(limits, "utc_now", Clock)
    assert [passes(session, most=1, seconds=60) for _ in range(3)] == [True, False, True]


def test_nobody_is_named_in_the_table(session):
    passes(session)
    (row,) = session.scalars(select(Attempts))
    assert (row.count, len(row.key)) == (1, 64)
    assert not {"haimen", "resend", "@"} & set(row.key.split())
    assert int(row.key, 16)


def test_of_many_at_once_exactly_the_most_get_through(database):
    """8 threads try 5 times each, and all that is refused is rolled back: 12 of 40 are let through."""
    begin = threading.Barrier(8)

    def attempts(_thread: int) -> int:
        begin.wait()
        through = 0
        for _ in range(5):
            try:
                with storage.writing() as session:
                    limits.count(session, "sign_in", WHO, 12, 3600 * 24 * 365)
                through += 1
            except TooMany:
                pass
        return through

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempts, range(8))) == 12
    with storage.reading() as session:
        assert session.scalars(select(Attempts.count)).all() == [12]
