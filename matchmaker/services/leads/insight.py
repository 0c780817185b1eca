"""How a team answers: the time to its first answer week by week, and how far leads come."""

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.domain import Lead, Member
from matchmaker.domain.base import utc_now
from matchmaker.services.formats import CHINA
from matchmaker.storage.queries import insight as queries
from matchmaker.storage.queries.insight import FIGURES

__all__ = ["FIGURES", "Stage", "Week", "answer_times", "funnel", "leads_behind"]

WEEKS = 12
HOUR = 3600
MOST_ROWS = 500


@dataclass(frozen=True)
class Week:
    """The leads that came in one week: how many, how many of them were answered, and how soon."""

    begins: dt.date
    received: int
    answered: int
    median_hours: float | None
    in_time: int


@dataclass(frozen=True)
class Stage:
    """How many leads came at least so far."""

    name: str
    leads: int
    share: float
    """Of those received."""


def answer_times(session: Session, member: Member, now: dt.datetime | None = None) -> list[Week]:
    """Return the last weeks, the oldest first, each from its Monday in China on."""
    first = _monday(now or utc_now()) - dt.timedelta(weeks=WEEKS - 1)
    begins = [first + dt.timedelta(weeks=number) for number in range(WEEKS)]
    weeks: list[list[tuple[int | None, bool | None]]] = [[] for _week in begins]
    for week, seconds, is_in_time in queries.answers_since(session, member, [_moment(day) for day in begins]):
        weeks[week].append((seconds, is_in_time))
    return [_week(day, answers) for day, answers in zip(begins, weeks, strict=True)]


def funnel(session: Session, member: Member, now: dt.datetime | None = None) -> list[Stage]:
    """Return how far the leads of the last weeks came, from received to completed."""
    counts = queries.stages_since(session, member, _moment(_monday(now or utc_now()) - dt.timedelta(weeks=WEEKS - 1)))
    received = counts["received"]
    return [Stage(name, count, count / received if received else 0.0) for name, count in counts.items()]


def leads_behind(session: Session, member: Member, figure: str, week: dt.date | None = None,
                 now: dt.datetime | None = None) -> tuple[int, Sequence[Lead]]:
    """Return how many leads stand behind a figure of a week, else of all weeks, and the newest of them.

    `figure` is a stage of the funnel or "in_time", `week` any day of it.
    """
    last = _monday(now or utc_now())
    first = week - dt.timedelta(days=week.weekday()) if week else last - dt.timedelta(weeks=WEEKS - 1)
    until = (first if week else last) + dt.timedelta(weeks=1)
    return queries.leads_behind(session, member, (_moment(first), _moment(until)), figure, MOST_ROWS)


def _week(begins: dt.date, answers: list[tuple[int | None, bool | None]]) -> Week:
    waited = [seconds for seconds, _is_in_time in answers if seconds is not None]
    return Week(begins, len(answers), len(waited), statistics.median(waited) / HOUR if waited else None,
                sum(bool(is_in_time) for _seconds, is_in_time in answers))


def _monday(moment: dt.datetime) -> dt.date:
    day = moment.astimezone(CHINA).date()
    return day - dt.timedelta(days=day.weekday())


def _moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), CHINA)
