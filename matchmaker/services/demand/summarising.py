"""Keep the summaries up to date: an hourly job, which queues the next one before it begins.

Leads are summarised when they changed, ranking records once, needs when they came and again after a week, since what
is opened changes. What is to be written is found before the transaction that writes it begins: chunks follow each
other at once, and on SQLite whoever writes meanwhile would wait for all of them. One run matches `MOST` needs at most,
so that it never keeps the worker from other work for long; the rest waits an hour.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import structlog

from matchmaker import storage
from matchmaker.config import Config
from matchmaker.domain import (
    DemandTopic,
    ExposureSummary,
    Job,
    Lead,
    LeadState,
    LeadSummary,
    Need,
    NeedSummary,
    Ranking,
    codes,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.errors import Unavailable
from matchmaker.jobs.worker import Chunks
from matchmaker.ranking import matcher
from matchmaker.ranking.topics import find_topics
from matchmaker.services import drafts, formats, hourly, matching
from matchmaker.services.catalogue import province_of
from matchmaker.services.demand.privacy import LEAST
from matchmaker.services.fairness import alerting, exploring, exposing, monthly
from matchmaker.services.formats import CHINA
from matchmaker.storage import Session
from matchmaker.storage.queries.boards import summarising as queries

TASK = "summarise"
CHUNK = 50
LEADS_AT_ONCE = 1000
RANKINGS_AT_ONCE = 200
MOST = 2000
STALE = dt.timedelta(days=7)
TEXTS = 20_000
"""So many unmet needs at most are grouped by topic, the newest."""
HOUR = 3600
ACCEPTED = frozenset({LeadState.ACCEPTED, LeadState.IN_DELIVERY, LeadState.COMPLETED, LeadState.FAILED})
DECLINED = frozenset({LeadState.DECLINED, LeadState.APPEALED, LeadState.DECLINED_FINAL})
ENDED = DECLINED | {LeadState.EXPIRED, LeadState.WITHDRAWN}
DONE = {LeadState.COMPLETED: True, LeadState.FAILED: False}

log = structlog.get_logger(__name__)
T = TypeVar("T")
Rows = list[dict[str, Any]]
"""What is to be written, by the columns of a summary."""


def run(job: Job, chunks: Chunks, config: Config) -> None:
    """Do the job: leads, ranking records, needs, and what those have in common that nothing fits.

    At its end the database learns how it is filled, by which it finds the way to what is asked.
    """
    with chunks.chunk(cursor={"step": "leads"}) as session:
        hourly.queue_next(session, TASK)
    counts = Counter[str]()
    _summarise(chunks, counts, "leads", leads_rows, put_leads)
    _summarise(chunks, counts, "rankings", rankings_rows, put_rankings)
    with chunks.chunk(cursor={"step": "look"}) as session:
        alerting.look(session, formats.today())
        exploring.look(session, formats.today())
        monthly.keep(session, formats.today())
    counts["needs"] = _summarise_needs(job, chunks, config)
    with chunks.kept():
        found = topics()
    with chunks.final(dict(counts)) as session:
        counts["topics"] = keep_topics(session, found)
        storage.learn(session)
    log.info("summarised", **counts)


def _summarise(chunks: Chunks, counts: Counter[str], step: str, make: Callable[[Session], tuple[Sequence[T], Rows]],
               put: Callable[[Session, Sequence[T], Rows], None]) -> None:
    while True:
        with storage.reading() as session:
            things, rows = make(session)
        counts[step] += len(things)
        if not things:
            return
        with chunks.chunk(cursor={"step": step, "done": counts[step]}) as session:
            put(session, things, rows)


def leads_rows(session: Session, limit: int = LEADS_AT_ONCE) -> tuple[Sequence[Lead], Rows]:
    """Return leads that changed since they were summarised, and their plain facts."""
    leads = queries.leads_to_summarise(session, limit)
    needs = {lead.need_id for lead in leads}
    facts, firms = queries.facts_of(session, needs), queries.first_needs(session, needs)
    return leads, [lead_row(lead, firms.get(lead.need_id, lead.need_id), facts[lead.need_id]) for lead in leads]


def put_leads(session: Session, leads: Sequence[Lead], rows: Rows) -> None:
    """Store the facts of leads. Flushes."""
    queries.put(session, LeadSummary, rows)


def rankings_rows(session: Session, limit: int = RANKINGS_AT_ONCE) -> tuple[Sequence[Ranking], Rows]:
    """Return ranking records that were not summarised yet, and what each showed of each platform."""
    rankings = queries.rankings_to_summarise(session, limit)
    firms = queries.first_needs(session, {ranking.need_id for ranking in rankings})
    offerings = {UUID(entry["offering"]) for ranking in rankings for entry in ranking.considered}
    platforms = queries.platforms_of(session, offerings)
    return rankings, [
        {"ranking_id": ranking.id, "firm": firms.get(ranking.need_id, ranking.need_id),
         "month": month_of(ranking.created_at), "platform_id": platform, **shown}
        for ranking in rankings for platform, shown in exposing.of_record(ranking, platforms).items()]


def put_rankings(session: Session, rankings: Sequence[Ranking], rows: Rows) -> None:
    """Store what ranking records showed, and add it to the sums of their days. Flushes."""
    queries.put(session, ExposureSummary, rows)
    exploring.count(session, rankings)


def lead_row(lead: Lead, firm: UUID, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain facts of a lead."""
    answered = lead.first_response_at
    has_ended = not answered and lead.state in ENDED
    accepted, completed = came_of(lead)
    return {
        "lead_id": lead.id, "platform_id": lead.platform_id, "offering_id": lead.offering_id, "firm": firm,
        "kind": lead.offering.kind_code, "province": _province(facts["region"]), "month": month_of(lead.created_at),
        "size": facts.get("size_class"), "is_one_person": facts.get("is_one_person"), "channel": lead.origin.value,
        "language": facts["language"], "came_at": lead.created_at,
        "hours": _hours(lead.created_at, answered) if answered else None,
        "waited": _hours(lead.created_at, lead.changed_at) if has_ended else None,
        "is_accepted": accepted, "is_completed": completed, "changed_at": lead.changed_at,
    }


def came_of(lead: Lead) -> tuple[bool | None, bool | None]:
    """Return whether a lead was accepted, and whether what was agreed was done; None where that is not the platform's.

    A lead that the platform let expire without an answer was not accepted. Where the firm withdrew before an answer was
    final, did not answer a question or did not take up terms, nothing is said of either.
    """
    was_accepted = any(move.to_state == LeadState.ACCEPTED for move in lead.moves)
    if lead.state in ACCEPTED or was_accepted:
        return True, DONE.get(lead.state)
    if lead.state in DECLINED or (lead.state == LeadState.EXPIRED and lead.first_response_at is None):
        return False, None
    return None, None


def need_row(need: Need, firm: UUID, index: matching.Index) -> dict[str, Any]:
    """Return the plain facts of a need, and what the index has for it."""
    stated = drafts.stated_of(need)
    understood = matching.understand(index.model, stated)
    answer = matcher.match(understood, index.catalogue, index.model, matching.Places(), top=matcher.CONSIDERED,
                           marked=0)
    fits = sum(found.fit >= index.model.threshold for found in answer.matches)
    industry = codes.industry(understood.industries[0]) if understood.industries else None
    return {
        "need_id": need.id, "firm": firm, "kind": next(iter(understood.kinds), None),
        "theme": next(iter(need.themes), None), "province": _province(understood.region),
        "industry": industry.code[0] if industry and ":" not in industry.code else None,
        "month": month_of(need.opened_at or need.created_at), "is_met": fits > 0, "fits": fits,
        "rule": None if fits else _rule(answer), "index_version": index.catalogue.version, "topic_id": None,
        "summarised_at": utc_now(),
    }


def topics() -> list[tuple[str, list[str], list[UUID]]]:
    """Return language, words and needs of each topic among the needs that nothing opened fits; nothing is stored."""
    with storage.reading() as session:
        firms = queries.unmet_firms(session, TEXTS)
        rows = queries.texts_of(session, firms)
    found = []
    for language in sorted({row.language for row in rows}):
        mine = [row for row in rows if row.language == language]
        texts = [f"{row.title or ''}\n{row.problem}" for row in mine]
        for topic in find_topics(texts, [firms[row.id] for row in mine], LEAST):
            found.append((language, topic.words, [mine[place].id for place in topic.texts]))
    return found


def keep_topics(session: Session, found: Sequence[tuple[str, list[str], list[UUID]]]) -> int:
    """Put topics in the place of those that there are; return how many. Flushes."""
    made = [DemandTopic(id=new_id(), words=words, language=language, made_at=utc_now())
            for language, words, _needs in found]
    session.add_all(made)
    session.flush()
    for topic, (_language, _words, needs) in zip(made, found, strict=True):
        for start in range(0, len(needs), LEADS_AT_ONCE):
            queries.give_topic(session, topic.id, needs[start:start + LEADS_AT_ONCE])
    session.flush()
    queries.drop_topics(session, [topic.id for topic in made])
    return len(made)


def month_of(moment: dt.datetime) -> dt.date:
    """Return the first day of the month in which a moment lies, in China."""
    return moment.astimezone(CHINA).date().replace(day=1)


def _summarise_needs(job: Job, chunks: Chunks, config: Config) -> int:
    try:
        index = matching.current_index(config)
    except Unavailable:
        return 0
    stale, done = utc_now() - STALE, 0
    while done < MOST:
        with storage.reading() as session:
            needs = queries.needs_to_summarise(session, stale, CHUNK)
            firms = queries.first_needs(session, [need.id for need in needs])
        if not needs:
            break
        rows = [need_row(need, firms.get(need.id, need.id), index) for need in needs]
        done += len(needs)
        with chunks.chunk(cursor={"step": "needs", "done": done}, progress=done) as session:
            queries.put(session, NeedSummary, rows)
    return done


def _rule(answer: matcher.Answer) -> str | None:
    """Return the condition that shut out most of what would fit, if anything would."""
    missing = Counter(name for found in answer.near_misses for name, verdict in found.verdicts
                      if verdict.state == "missing")
    return min(missing, key=lambda name: (-missing[name], name)) if missing else None


def _hours(begin: dt.datetime, end: dt.datetime) -> float:
    return (end - begin).total_seconds() / HOUR


def _province(region: str | None) -> str | None:
    return province_of(region) if region else None
