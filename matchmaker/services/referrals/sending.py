"""Store the rows of one chunk: needs with their ranking records, doubles noted, leads where the firm has consented.

A lead is made only for a platform that the firm's consent names. Where the consent is still to be asked for, the need
stays a draft that nobody sees, and the firm gets a mail with a private link.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from matchmaker.domain import (
    Consent,
    Contact,
    Need,
    Offering,
    Origin,
    Referral,
    ReferralBatch,
    ReferralChoice,
    ReferralTrace,
    Service,
    Side,
    Standing,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services import drafts
from matchmaker.services.leads import asking, clocks, consents, records
from matchmaker.services.mail import outbox
from matchmaker.services.referrals import allotting, doubles
from matchmaker.services.referrals.choosing import Choosing, tell_nearest
from matchmaker.services.referrals.remarks import of_fault
from matchmaker.services.referrals.rows import FIRM_CODE, Reader, Ready
from matchmaker.storage import Session
from matchmaker.storage.queries import allotting as allotting_queries
from matchmaker.storage.queries import referrals as queries
from matchmaker.tabular import Fault

SERVICE = Service()


def store(session: Session, batch: ReferralBatch, reader: Reader, rows: Sequence[Ready]) -> None:
    """Store the answers of some rows, with all that comes of them. Flushes."""
    leave_out(session, batch, rows)
    choosing = Choosing(session, rows, reader.index.model.threshold)
    choices = _choices(session, batch, rows)
    made = [Made(batch, reader, row) for row in rows]
    for entry in made:
        entry.decide(choosing, choices.get(entry.row.number))
    note_doubles(session, batch, rows)
    _store_needs(session, [entry for entry in made if entry.need])
    session.add_all([entry.referral() for entry in made])
    session.flush()
    session.add_all([entry.trace() for entry in made])
    for choice in choices.values():
        session.delete(choice)
    session.flush()


def weigh(session: Session, batch: ReferralBatch, reader: Reader, rows: Sequence[Ready]) -> None:
    """Keep what would do for some rows, so that all can be weighed against each other. Flushes."""
    leave_out(session, batch, rows)
    allotting.weigh(session, batch, Choosing(session, rows, reader.index.model.threshold), rows)


def _choices(session: Session, batch: ReferralBatch, rows: Sequence[Ready]) -> dict[int, ReferralChoice]:
    """Return what rows were given; each is used once."""
    if batch.allotment is None:
        return {}
    kept = allotting_queries.choices(session, SERVICE, batch.id, [row.number for row in rows])
    return {choice.row: choice for choice in kept}


def note_doubles(session: Session, batch: ReferralBatch, rows: Sequence[Ready]) -> None:
    """Say of each row which earlier row is of the same firm, and which says nearly the same."""
    good = [row for row in rows if row.content is not None and row.signature]
    bands = [{row.signature.bands[number] for row in good if row.signature} for number in range(doubles.BANDS)]
    firms = {row.firm_mark for row in good if row.firm_mark}
    known = queries.alike(session, SERVICE, batch, firms, bands) if good else ()
    before = [(mark, entries, reference, number) for mark, entries, reference, number in known]
    for row in good:
        signature = row.signature
        assert signature is not None
        same_firm = next((entry for entry in before if row.firm_mark and entry[0] == row.firm_mark), None)
        same_need = next((entry for entry in before if entry[1]
                          and doubles.alikeness(entry[1], signature.entries) >= doubles.ALIKE), None)
        if same_firm:
            row.warn(Fault("same_firm", "Row %(row)s of batch %(batch)s is of the same firm.",
                           column=f"organisation_{FIRM_CODE}", row=same_firm[3], batch=same_firm[2]))
        if same_need:
            row.warn(Fault("same_need", "Row %(row)s of batch %(batch)s says nearly the same. Withdraw one of them "
                           "if it is meant once.", column="problem", row=same_need[3], batch=same_need[2]))
        before.append((row.firm_mark, signature.entries, batch.reference, row.number))


def leave_out(session: Session, batch: ReferralBatch, rows: Sequence[Ready]) -> None:
    """Leave out what an earlier batch of the family accepted; only rows with a reference can be told apart."""
    if batch.retry_of is None:
        return
    done = queries.done_marks(session, SERVICE, batch.retry_of, {row.mark for row in rows if row.mark})
    for row in rows:
        if row.mark in done:
            row.content, row.is_skipped = None, True
            row.remarks = [of_fault(Fault("accepted_before", "This row was accepted before; it was left alone.",
                                          column="external_id"))]
        elif row.mark is None:
            row.refuse(Fault("reference_needed", "To mend a batch, each row needs your own reference.",
                             column="external_id"))


class Made:
    """What one row comes to; its need is there when the row is good and its batch is live."""

    def __init__(self, batch: ReferralBatch, reader: Reader, row: Ready) -> None:
        self.batch, self.reader, self.row = batch, reader, row
        self.id = new_id()
        self.need: Need | None = None
        self.standing: Standing | None = None
        self.wanted: list[Offering] = []

    def decide(self, choosing: Choosing, choice: ReferralChoice | None) -> None:
        """Decide whom the row asks and how it stands, and write its need; it may be refused here."""
        named = choosing.named(self.row)
        self.wanted = list(dict.fromkeys([*named, *self._best(choosing, choice)]))
        if self.row.is_good:
            self.standing = self._standing()
            if self.batch.is_live:
                self.need = self._need()

    @property
    def content(self) -> dict[str, Any]:
        """The row as the schema gave it."""
        return self.row.content or {}

    @property
    def scarce(self) -> Mapping[str, Any]:
        """What is said of scarce places."""
        return self.batch.allotment["scarce"] if self.batch.allotment else {}

    def _best(self, choosing: Choosing, choice: ReferralChoice | None) -> list[Offering]:
        """Return the one offering that is asked because the row wants the best; say so when there is none."""
        if not self.row.is_good or not self.row.wants_best:
            return []
        if choice and choice.fits:
            return allotting.best_for(self.row, choosing, choice, self.scarce)
        for offering, _fit in choosing.fitting(self.row):
            return [offering]
        self.row.warn(Fault("nothing_fits", "No open offering of a platform that may be asked fits well enough; "
                            "nobody was asked.", column="send_to"))
        tell_nearest(self.row)
        return []

    def _standing(self) -> Standing:
        if not self.batch.is_live:
            return Standing.TRIED
        if not self.wanted:
            return Standing.MATCHED
        return Standing.SENT if self.row.has_consent else Standing.CONSENT_ASKED

    def _need(self) -> Need:
        """Return the need of the row: a draft, until somebody is asked."""
        stated = self.row.stated
        need = Need(id=new_id(), submitted_by=self.batch.person_id, answers=answers_of(stated))
        drafts.fill(need, stated)
        if self.standing == Standing.SENT:
            need.open(utc_now())
        return need

    def belongings(self) -> Iterable[Any]:
        """Give what hangs on the need: its ranking record, and who the firm is when somebody is to be asked."""
        assert self.need is not None
        assert self.row.listed is not None
        self.ranking = records.written(self.need, self.row.listed)
        yield self.ranking
        if self.wanted:
            yield Contact(id=new_id(), need_id=self.need.id, **self.contact())
        if self.standing == Standing.SENT:
            for platform_id in dict.fromkeys(offering.platform_id for offering in self.wanted):
                yield self.consent(platform_id)

    def contact(self) -> dict[str, Any]:
        """Return who the firm is and how it is reached, by the columns of `Contact`."""
        content, stated = self.content, self.row.stated
        return {"organisation": stated["organisation"]["name"], "name": content["contact_name"],
                "email": content["contact_email"], "telephone": content["contact_telephone"],
                "language": str(stated["language"])}

    def consent(self, platform_id: UUID) -> Consent:
        """Return the consent to a platform of which the row brings the evidence."""
        assert self.need is not None
        content = self.content
        return Consent(id=new_id(), need_id=self.need.id, recipient_id=platform_id, purpose=consents.PURPOSE,
                       text_version=content["consent_version"], language=str(self.row.stated["language"]),
                       channel=str(content["consent_channel"]),
                       given_at=dt.datetime.fromisoformat(content["consent_at"]))

    def leads(self) -> Iterable[Any]:
        """Give the leads, where the firm has consented."""
        listed = self.row.listed
        if self.standing != Standing.SENT or self.need is None or listed is None:
            return
        for offering in self.wanted:
            found = records.find(listed, str(offering.id))
            assert found is not None
            lead = asking.new_lead(self.need, offering, utc_now(), Origin.REFERRAL, Side.INCUBATOR)
            records.apply(lead, self.ranking, listed, found)
            yield lead

    def referral(self) -> Referral:
        """Return the answer."""
        return Referral(id=self.id, batch_id=self.batch.id, row=self.row.number, outcome=self.row.outcome,
                        standing=self.standing, mark=self.row.mark, remarks=self.row.remarks)

    def trace(self) -> ReferralTrace:
        """Return what is kept beside the answer."""
        return ReferralTrace(
            referral_id=self.id, batch_id=self.batch.id, organisation_id=self.batch.organisation_id,
            external_id=self.row.external_id, is_live=self.batch.is_live, **self.traced())

    def traced(self) -> dict[str, Any]:
        """Return what is kept of the row as it was sent, by the columns of its trace."""
        signature = self.row.signature if self.row.is_good else None
        bands = {f"band_{number}": mark for number, mark in enumerate(signature.bands if signature else ())}
        is_asked = self.need is not None and self.standing == Standing.CONSENT_ASKED
        return {"need_id": self.need and self.need.id, "asked": int(is_asked),
                "asked_at": utc_now() if is_asked else None, "wanted": [str(offering.id) for offering in self.wanted],
                "matches": self.reader.matches(self.row) if signature else [],
                "signature": signature and signature.entries,
                "firm_mark": self.row.firm_mark if signature else None, **bands}


def _store_needs(session: Session, made: Sequence[Made]) -> None:
    """Store needs and what hangs on them, in the order in which they refer to each other; tell the firms."""
    session.add_all([entry.need for entry in made])
    session.flush()
    session.add_all([thing for entry in made for thing in entry.belongings()])
    session.flush()
    session.add_all(leads := [lead for entry in made for lead in entry.leads()])
    session.flush()
    for lead in leads:
        clocks.start(session, lead)
    for entry in made:
        if entry.need and entry.standing == Standing.SENT:
            outbox.tell_firm(session, "need_received", entry.need.id, in_bulk=True)
        elif entry.need and entry.standing == Standing.CONSENT_ASKED:
            outbox.tell_firm(session, "consent_asked", entry.need.id, in_bulk=True,
                             incubator=str(entry.batch.organisation_id))


def answers_of(stated: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return a need as the form would have been filled in, so that its firm can read and correct it there."""
    firm = {f"organisation_{name}": value for name, value in (stated["organisation"] or {}).items()
            if name not in drafts.NAMING}
    fields = {name: value for name, value in stated.items() if name != "organisation"} | firm
    # The form knows must-haves as required ones alone, and has no list that is not ticked.
    fields["must_haves"] = "\n".join(entry["text"] for entry in stated["must_haves"] if entry["required"])
    wishes = [entry["text"] for entry in stated["must_haves"] if not entry["required"]]
    fields["nice_to_haves"] = "\n".join([*stated["nice_to_haves"], *wishes])
    fields["vouchers_held"] = "\n".join(stated["vouchers_held"])
    fields["industries"] = "; ".join(stated["industries"])
    for name in drafts.BUDGETS:
        if money := stated[name]:
            fields |= {name: f"{money['amount'] / 100:.15g}", "currency": money["currency"]}
    return {name: [str(entry) for entry in value] if isinstance(value, list) else [_as_text(value)]
            for name, value in fields.items() if value not in (None, [], "")}


def _as_text(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
