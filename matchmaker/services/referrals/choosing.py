"""Whom the rows of a batch ask: the offerings that they name, and those that fit well enough to be the best."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from matchmaker.domain import Offering
from matchmaker.i18n import gettext
from matchmaker.services import wording
from matchmaker.services.leads import records
from matchmaker.services.referrals.remarks import both
from matchmaker.services.referrals.rows import BEST, Ready
from matchmaker.storage import Session
from matchmaker.storage.queries import offerings as queries
from matchmaker.tabular import Fault

CONTACT = ("contact_name", "contact_email")


class Choosing:
    """What some rows may ask, as the offerings stand now."""

    def __init__(self, session: Session, rows: Sequence[Ready], threshold: float) -> None:
        self.threshold = threshold
        self._named = _resolve(session, rows)
        self._known = queries.offerings_by_id(session, self._candidates(rows))

    def named(self, row: Ready) -> list[Offering]:
        """Return the offerings that a row names and that can be asked; say of the others why not.

        Refuse the row when it names what there is not, or lacks what asking takes.
        """
        if not row.is_good or not row.send_to:
            return []
        unknown = [text for text in row.send_to if text.lower() != BEST and self._named.get(text) not in self._known]
        if refusals := [
            *(Fault("unknown_offering", "There is no offering %(name)s. Write best, its id, or "
                    "platform/external_id.", column="send_to", name=text[:80]) for text in unknown),
            *(Fault("required", "This is needed. Fill it in.", column=name) for name in _missing(row)),
        ]:
            row.refuse(*refusals)
            return []
        chosen = dict.fromkeys(self._known[self._named[text]] for text in row.send_to if text in self._named)
        return [offering for offering in chosen if _may_ask(row, offering)]

    def fitting(self, row: Ready) -> Iterator[tuple[Offering, float]]:
        """Yield the offerings that may be asked as the best of a row, the best first, each with its fit."""
        if not row.is_good or not row.wants_best:
            return
        assert row.listed is not None
        for found in row.listed.answer.matches:
            offering = self._known.get(UUID(found.offering["id"]))
            if (found.fit >= self.threshold and offering is not None and is_recipient(row, offering)
                    and records.against(offering, row.listed) is None):
                yield offering, float(found.fit)

    def open_to(self, row: Ready, offering_id: UUID) -> Offering | None:
        """Return an offering that fits a row if it can be asked for it now."""
        return next((offering for offering, _fit in self.fitting(row) if offering.id == offering_id), None)

    def _candidates(self, rows: Sequence[Ready]) -> list[UUID]:
        """Return the offerings that may be asked for any of the rows."""
        best = {UUID(found.offering["id"]) for row in rows if row.listed and row.wants_best
                for found in row.listed.answer.matches if found.fit >= self.threshold}
        return [*best.union(self._named.values())]


def tell_nearest(row: Ready) -> None:
    """Say of a row that nothing fits which resource would fit best, and what stands in the way."""
    if row.listed is None or not row.listed.answer.near_misses:
        return
    found, labels = row.listed.answer.near_misses[0], row.listed.index.catalogue.labels
    name = f"{found.offering['platform']['slug']}/{found.offering['external_id']}"

    def say() -> str:
        why = "; ".join(wording.say(verdict.message, labels) for _rule, verdict in found.verdicts
                        if verdict.state == "missing")
        return gettext("%(name)s would fit, if this did not stand in the way: %(why)s", name=name, why=why)

    row.remarks.append({"column": "send_to", "code": "would_fit", "words": both(say)})


def name_of(offering: Offering) -> str:
    """Return what an incubator calls an offering by."""
    return f"{offering.platform.slug}/{offering.external_id}"


def is_recipient(row: Ready, offering: Offering) -> bool:
    """Tell whether the consent that a row brings, if it brings one, names the platform of an offering."""
    return not row.has_consent or (row.content is not None
                                   and offering.platform.slug in row.content["consent_recipients"])


def _may_ask(row: Ready, offering: Offering) -> bool:
    """Tell whether an offering that is named can be asked; say why not."""
    listed = row.listed
    assert listed is not None
    name = name_of(offering)
    if not is_recipient(row, offering):
        row.warn(Fault("not_a_recipient", "%(name)s was not asked: the firm's consent does not name its "
                       "platform.", column="consent_recipients", name=name))
        return False
    if records.find(listed, str(offering.id)) is None:
        row.warn(Fault("cannot_be_asked", "%(name)s was not asked: it is not on the list of open "
                       "resources.", column="send_to", name=name))
        return False
    why = both(lambda: records.against(offering, listed) or "")
    if any(why.values()):
        words = {language: f"{name}: {reason}" for language, reason in why.items()}
        row.remarks.append({"column": "send_to", "code": "cannot_be_asked", "words": words})
    return not any(why.values())


def _missing(row: Ready) -> Iterable[str]:
    content = row.content or {}
    yield from (name for name in CONTACT if not content[name])
    if not (content["organisation"] or {}).get("name"):
        yield "organisation_name"


def _resolve(session: Session, rows: Sequence[Ready]) -> Mapping[str, UUID]:
    """Return the ids of the offerings that rows name, by what they are named."""
    texts = {text for row in rows for text in row.send_to if text.lower() != BEST}
    found = {text: as_id for text in texts if (as_id := _as_id(text))}
    pairs = {text: (slug, number) for text in texts - found.keys()
             for slug, _slash, number in [text.partition("/")] if number}
    known = queries.offerings_named(session, set(pairs.values())) if pairs else {}
    return found | {text: known[pair] for text, pair in pairs.items() if pair in known}


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
