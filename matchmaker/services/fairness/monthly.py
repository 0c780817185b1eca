"""Parity of a month, counted by a job, so that no page reads the leads of a month.

The page asks whether the leads are those that were counted (how many, and when the last of them changed); where they
are not, it counts them itself. How long leads wait that nobody has answered is as of the hour of the job.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from matchmaker.domain import FairnessMonth, LeadSummary, Member, Organisation, Service
from matchmaker.domain.base import utc_now
from matchmaker.services.demand.privacy import check_listed
from matchmaker.services.fairness.parity import MOST_ROWS, Group, Rate, Time, bounds, parity
from matchmaker.storage import Session
from matchmaker.storage.queries.boards import fairness as queries

SERVICE = Service()
Groups = dict[str, list[Group]]
RATED = {"decided": "accepted", "accepted": "accepted", "ended": "completed", "completed": "completed"}
"""The rate of a group to which the leads of each outcome belong."""


def of_month(session: Session, member: Member, month: dt.date) -> Groups:
    """Return how the leads of a month fared, by each sort of firm."""
    kept = queries.month_kept(session, member, month)
    if kept and (kept.leads, kept.changed_at) == queries.stamp_of(session, member, *bounds(month)):
        return {name: [_group(one) for one in groups] for name, groups in kept.groups.items()}
    return parity(session, member, month)


def rows(session: Session, member: Member, month: dt.date, sort: tuple[str, Any],
         outcome: str | None = None) -> tuple[int, Sequence[tuple[LeadSummary, Organisation]]]:
    """Return how many leads a group has, of an outcome if one is named, and the plain facts of the newest.

    `sort` is the sort of firm and its value, `outcome` one of `RATED`. Raise `Invalid` when the group or its rate may
    not be told, or fewer than five firms stand behind what would be listed.
    """
    group = next((one for one in of_month(session, member, month)[sort[0]] if one.value == sort[1]), None)
    is_told = group is not None and group.leads is not None and (not outcome or getattr(group, RATED[outcome]))
    leads, firms, found = queries.rows_of(session, member, bounds(month), sort, outcome, MOST_ROWS)
    check_listed(firms if is_told else 0)
    platforms = {one.id: one for one in queries.platforms(session, {row.platform_id for row in found})}
    return leads, [(row, platforms[row.platform_id]) for row in found]


def keep(session: Session, today: dt.date) -> int:
    """Count this month and the last, and every other whose leads changed; return how many. Flushes."""
    recent = {today.replace(day=1), (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)}
    counted = 0
    for month in sorted(recent | set(queries.months(session, SERVICE))):
        stamp, kept = queries.stamp_of(session, SERVICE, *bounds(month)), queries.month_kept(session, SERVICE, month)
        if month not in recent and kept and (kept.leads, kept.changed_at) == stamp:
            continue
        kept = kept or FairnessMonth(month=month)
        kept.leads, kept.changed_at = stamp
        kept.groups, kept.made_at = _document(parity(session, SERVICE, month)), utc_now()
        session.add(kept)
        counted += 1
    session.flush()
    return counted


def _document(groups: Groups) -> dict[str, Any]:
    """Return groups ready for JSON."""
    written = orjson.dumps({name: [asdict(one) for one in found] for name, found in groups.items()},
                           option=orjson.OPT_SERIALIZE_NUMPY)
    document: dict[str, Any] = orjson.loads(written)
    return document


def _group(held: Mapping[str, Any]) -> Group:
    return Group(held["value"], held["leads"], held["firms"], _rate(held["accepted"]),
                 Time(**held["time"]) if held["time"] else None, _rate(held["completed"]))


def _rate(held: Mapping[str, Any] | None) -> Rate | None:
    if held is None:
        return None
    tuples = {name: tuple(held[name]) for name in ("interval", "ratio_interval") if held[name] is not None}
    return Rate(**{**held, **tuples})
