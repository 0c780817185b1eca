"""What an incubator reads of its batches: how far they are, how each row ended, and how its leads stand."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from matchmaker.domain import Actor, JobState, Lead, Outcome, Referral, ReferralBatch, ReferralTrace, Standing
from matchmaker.errors import Invalid
from matchmaker.i18n import current_language, pick
from matchmaker.storage import Session
from matchmaker.storage.queries import referrals as queries

ENDED = ("done", "failed", "cancelled")
ERASED = "erased"
"""How an accepted row stands whose need is gone: deleted by its firm, or because its time was over."""
FINAL = (Standing.CONSENT_REFUSED, Standing.WITHDRAWN)
"""Standings that say themselves why the need may be gone."""
PAGE = 500


@dataclass
class Progress:
    """A batch and how far it is."""

    batch: ReferralBatch
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    standings: Counter[Standing] = field(default_factory=Counter)

    @property
    def state(self) -> str:
        """Queued, running, done, failed or cancelled."""
        job = self.batch.job
        if self.batch.cancelled_at and job.state != JobState.FAILED:
            return "cancelled"
        return str(job.state)

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing more will happen by itself."""
        return self.state in ENDED

    @property
    def done(self) -> int:
        """How many rows have their answer."""
        return sum(self.outcomes.values())

    @property
    def total(self) -> int | None:
        """How many rows there are, as far as that is known."""
        return self.done if self.has_ended else self.batch.job.total

    @property
    def weighed(self) -> int | None:
        """How many rows are weighed so far, while places are being allotted."""
        return self.batch.job.progress if self.batch.waits_for_allotment and not self.has_ended else None

    @property
    def allotment(self) -> dict[str, Any] | None:
        """What became of scarce places: the counts, and each scarce offering, the one most sought after first."""
        held = self.batch.allotment
        if held is None:
            return None
        scarce = [{"offering": id, **entry} for id, entry in held["scarce"].items()]
        return {**held, "scarce": sorted(scarce, key=lambda entry: entry["places"] - entry["best_of"])}

    @property
    def rate(self) -> float | None:
        """Rows a second since the work began."""
        cursor = self.batch.job.cursor or {}
        count = self.done if self.weighed is None else self.weighed
        if not cursor.get("began") or not count:
            return None
        seconds = (_moment(cursor["at"]) - _moment(cursor["began"])).total_seconds()
        return round(count / seconds, 2) if seconds > 0 else None

    @property
    def seconds_left(self) -> int | None:
        """For how long the work will still last, as far as that can be told."""
        if self.has_ended or not self.rate or not self.total:
            return 0 if self.has_ended else None
        ahead = self.total - self.done if self.weighed is None else 2 * self.total - self.weighed
        return round(max(ahead, 0) / self.rate)

    def as_document(self) -> dict[str, Any]:
        """Return it as the API gives it."""
        batch, job = self.batch, self.batch.job
        return {
            **receipt(batch), "state": self.state, "finished_at": _written(job.finished_at),
            "rows": {outcome.value: self.outcomes[outcome] for outcome in Outcome},
            "standings": {standing.value: self.standings[standing] for standing in Standing},
            "done": self.done, "total": self.total, "rows_per_second": self.rate, "seconds_left": self.seconds_left,
            "error": job.error, "ignored_columns": (job.result or {}).get("ignored_columns", []),
            "weighed": self.weighed, "allotment": self.allotment,
        }


def receipt(batch: ReferralBatch) -> dict[str, Any]:
    """Return what never changes of a batch, so that asking again with the same key gives the same answer."""
    return {
        "id": str(batch.id), "reference": batch.reference, "created_at": _written(batch.created_at),
        "live": batch.is_live, "dry_run": bool(batch.options["dry_run"]), "send_to": batch.options["send_to"],
        "allocation": batch.allocation.value, "retry_of": batch.retry_of and str(batch.retry_of),
        "mapping": (batch.options.get("mapping") or {}).get("name"),
    }


def progress(session: Session, actor: Actor, batch_id: UUID) -> Progress:
    """Return a batch and how far it is; raise `NotFound` when it is not the actor's."""
    return _counted(session, actor, [queries.batch_by_id(session, actor, batch_id)])[0]


def batches(session: Session, actor: Actor, *, limit: int = 20,
            cursor: str | None = None) -> tuple[list[Progress], str | None]:
    """Return the actor's batches, the newest first, and where the next page starts, if there is one."""
    found = queries.batches_of(session, actor, limit=limit + 1, before=_place(cursor))
    return _counted(session, actor, found[:limit]), found[limit - 1].id.hex if len(found) > limit else None


def rows(session: Session, actor: Actor, batch_id: UUID, *, after: int = 0, limit: int = 100,
         outcome: Outcome | None = None) -> tuple[list[dict[str, Any]], int | None]:
    """Return rows of a batch as the API gives them, in words of the current language, and where the next page starts.

    Raise `NotFound` when the batch is not the actor's.
    """
    queries.batch_by_id(session, actor, batch_id)
    found = queries.rows_of(session, actor, batch_id, after=after, limit=limit + 1, outcome=outcome)
    leads: dict[UUID, list[Lead]] = {}
    need_ids = [trace.need_id for _referral, trace in found if trace and trace.need_id]
    for lead in queries.leads_of(session, actor, need_ids) if need_ids else ():
        leads.setdefault(lead.need_id, []).append(lead)
    page = [_row(referral, trace, leads.get(trace.need_id, ()) if trace and trace.need_id else ())
            for referral, trace in found[:limit]]
    return page, page[-1]["row"] if len(found) > limit else None


def all_rows(session: Session, actor: Actor, batch_id: UUID) -> Iterator[dict[str, Any]]:
    """Yield every row of a batch as `rows` gives it."""
    after: int | None = 0
    while after is not None:
        page, after = rows(session, actor, batch_id, after=after, limit=PAGE)
        yield from page


COLUMNS = ("row", "external_id", "outcome", "standing", "column", "code", "words", "match", "platform", "fit", "lead",
           "lead_state", "lead_due_at", "decline_reason")
"""The columns of the results as a table; a row has a line for each remark, match or lead, whichever are most."""


def as_table(found: Iterable[Mapping[str, Any]]) -> Iterator[list[Any]]:
    """Yield the lines of a table of results."""
    for row in found:
        lines = max(1, len(row["remarks"]), len(row["matches"][:1]), len(row["leads"]))
        for number in range(lines):
            remark, match, lead = (_part(row[name], number) for name in ("remarks", "matches", "leads"))
            match = match if number == 0 else {}
            title = pick(match["title"]) if match else None
            yield [row["row"], row["external_id"], row["outcome"], row["standing"], remark.get("column"),
                   remark.get("code"), remark.get("words"), title, match.get("platform"), match.get("fit"),
                   lead.get("reference"), lead.get("state"), lead.get("due_at"), lead.get("decline_reason")]


def _part(parts: Sequence[Mapping[str, Any]], number: int) -> Mapping[str, Any]:
    return parts[number] if number < len(parts) else {}


def _row(referral: Referral, trace: ReferralTrace | None, leads: Sequence[Lead]) -> dict[str, Any]:
    language = current_language()
    standing = referral.standing and referral.standing.value
    return {
        "row": referral.row, "version": referral.version, "external_id": trace and trace.external_id,
        "outcome": referral.outcome.value,
        "standing": ERASED if trace is None and referral.standing not in (None, *FINAL) else standing,
        "remarks": [{**remark, "words": remark["words"][language]} for remark in referral.remarks],
        "matches": trace.matches if trace else [],
        "leads": [{"reference": lead.reference, "offering": str(lead.offering_id), "platform": lead.platform.slug,
                   "state": lead.state.value, "due_at": _written(lead.due_at), "changed_at": _written(lead.changed_at),
                   "decline_reason": lead.decline_reason} for lead in leads],
    }


def _counted(session: Session, actor: Actor, found: Sequence[ReferralBatch]) -> list[Progress]:
    by_id = {batch.id: Progress(batch) for batch in found}
    for batch_id, outcome, standing, count in queries.counts(session, actor, list(by_id)) if by_id else ():
        by_id[batch_id].outcomes[outcome] += count
        if standing:
            by_id[batch_id].standings[standing] += count
    return list(by_id.values())


def _place(cursor: str | None) -> UUID | None:
    try:
        return UUID(hex=cursor) if cursor else None
    except ValueError:
        raise Invalid("The cursor is not one that this list gave out; start again without it."
                      ) from None


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _written(moment: dt.datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
