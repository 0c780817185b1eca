import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from matchmaker import storage
from matchmaker.domain import Act, AuditEntry, Base, LeadState, Organisation, Side
from matchmaker.domain.audit import FIRST
from matchmaker.services import auditing
from matchmaker.storage.auditing import AUDITED
from tests.making import add_lead, add_organisation, add_person, member

CANARY = "canary-7f3a"
NOT_AUDITED = {
    "ApiKeyUse": "says when, each minute anew",
    "Attempts": "counts guesses", "AuditEntry": "is the log", "Job": "work, with a log of its own",
    "FirmKey": "comes and goes with what it opens", "FirmSignIn": "comes and goes, as a sign-in does",
    "Finding": "comes and goes with each ranking", "LeadPresence": "comes and goes",
    "JobRow": "work, with a log of its own", "LeadMove": "is a history itself", "LeadReading": "that a side has read",
    "DemandTopic": "made anew by a job", "LeadSummary": "counted by a job",
    "ExposureLook": "work of a job", "ExposureSummary": "counted by a job", "OfferingExposure": "counted by a job",
    "FairnessLook": "work of a job", "FairnessMonth": "counted by a job",
    "NeedSummary": "counted by a job",
    "ListEntry": "comes and goes with its version's edits", "ListMove": "is a history itself",
    "ListReminder": "that mail was sent",
    "Mail": "ids of what else is entered",
    "OfferingMove": "is a history itself", "OfferingReminder": "that mail was sent",
    "OfferingVersion": "is a history itself", "OneTimeKey": "comes and goes with what it opens",
    "PrivateLink": "comes and goes with its need", "Ranking": "is a record itself, never changed",
    "Referral": "an answer, never changed but by what is entered itself", "ReferralTrace": "comes and goes with its need",
    "ReferralChoice": "what a batch weighs, with an entry for the batch",
    "SignIn": "comes and goes; the log of the service tells",
    "WebhookAttempt": "is a log itself", "WebhookDelivery": "work, with a log of its own",
    "WebhookEvent": "ids of what else is entered", "WebhookHealth": "says how the last attempts went",
}


@pytest.fixture
def log(database) -> "Log":
    """The audit log of a database, seen from where it stands now."""
    with storage.reading() as session:
        return Log(database, auditing.head(session)[0])


@dataclass(frozen=True)
class Log:
    """What was entered since the test began, with numbers counted from there."""

    engine: Engine
    begun: int

    def entries(self) -> list[AuditEntry]:
        """Return the entries."""
        with storage.reading() as session:
            found = select(AuditEntry).where(AuditEntry.number > self.begun).order_by(AuditEntry.number)
            return list(session.scalars(found))

    def broken_at(self, kept: tuple[int, str] | None = None) -> int | None:
        """Return where the log is broken."""
        with storage.reading() as session:
            broken_at = auditing.verify(session, kept).broken_at
        return broken_at and broken_at - self.begun

    def tamper(self, statement: str) -> None:
        """Tamper as somebody would who owns the database."""
        is_postgresql = self.engine.dialect.name == "postgresql"
        with self.engine.begin() as connection:
            triggers = [] if is_postgresql else connection.execute(text(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'")).all()
            off = ["ALTER TABLE audit_entry DISABLE TRIGGER USER"] if is_postgresql else [
                f"DROP TRIGGER {name}" for name, _ in triggers]
            on = ["ALTER TABLE audit_entry ENABLE TRIGGER USER"] if is_postgresql else [sql for _, sql in triggers]
            for each in [*off, statement, *on]:
                connection.exec_driver_sql(each)


def test_every_class_is_audited_or_has_a_reason_not_to_be():
    known = {mapper.class_.__name__ for mapper in Base.registry.mappers}
    assert {kind.__name__ for kind in AUDITED} | set(NOT_AUDITED) == known
    assert not {kind.__name__ for kind in AUDITED} & set(NOT_AUDITED)


def test_what_a_transaction_touches_is_entered_with_names_of_fields_and_no_values(log, make_offering):
    with storage.writing() as session:
        person = add_person(session, "reviewer@jianghai.example", "jianghai")
        actor = member(session, person)
        lead = add_lead(session, make_offering(session))
    with storage.writing() as session:
        session.info["actor"] = actor
        session.merge(lead).move(LeadState.IN_REVIEW, actor, CANARY)
    newest = log.entries()[-1]
    assert (newest.act, newest.thing, newest.thing_id) == (Act.CHANGED, "lead", str(lead.id))
    assert (newest.side, newest.person_id) == (Side.PLATFORM, person.id)
    assert newest.fields == ["changed_at", "state"]
    with storage.reading() as session:
        assert CANARY not in str(session.execute(text("SELECT * FROM audit_entry")).all())


def test_a_deletion_is_entered_and_a_service_acts_when_nobody_else_does(log):
    with storage.writing() as session:
        place = add_organisation(session, "jianghai")
    with storage.writing() as session:
        session.delete(session.merge(place))
    newest = log.entries()[-1]
    assert (newest.act, newest.thing_id, newest.side) == (Act.DELETED, str(place.id), Side.SERVICE)


def test_what_is_undone_is_not_entered(log):
    with pytest.raises(RuntimeError), storage.writing() as session:
        add_organisation(session, "gone")
        raise RuntimeError
    with storage.writing() as session:
        add_organisation(session, "before")
        with pytest.raises(RuntimeError), session.begin_nested():
            add_organisation(session, "undone")
            raise RuntimeError
        with session.begin_nested():
            add_organisation(session, "kept")
    with storage.reading() as session:
        names = {str(place.id): place.slug for place in session.scalars(select(Organisation))}
    assert [names[entry.thing_id] for entry in log.entries()] == ["before", "kept"]


def test_nothing_touched_enters_nothing(log):
    with storage.writing() as session:
        add_organisation(session, "jianghai")
    with storage.writing() as session:
        session.scalar(select(Organisation)).slug = "jianghai"
    assert len(log.entries()) == 1


@pytest.mark.parametrize("statement", [update(Organisation).values(verified=True), delete(Organisation),
                                       insert(Organisation).values(slug="a", name={}, roles=[])])
def test_statements_over_audited_rows_are_refused(log, statement):
    with pytest.raises(TypeError, match="audited"), storage.writing() as session:
        session.execute(statement)


def test_the_chain_has_no_gap_and_no_fork_when_many_write_at_once(log):
    barrier = threading.Barrier(4)

    def write(worker: int) -> None:
        barrier.wait()
        for place in range(10):
            with storage.writing() as session:
                add_organisation(session, f"{worker}-{place}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert [entry.number for entry in log.entries()] == list(range(log.begun + 1, log.begun + 41))
    assert log.broken_at() is None


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET thing_id = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_the_log(log, statement):
    with storage.writing() as session:
        add_organisation(session, "jianghai")
    with pytest.raises(DBAPIError, match="only ever added to"), storage.writing() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(("tampering", "broken_at"), [
    ("UPDATE audit_entry SET thing_id = 'x' WHERE number = @ + 2", 2),
    ("UPDATE audit_entry SET at = '2020-01-01 00:00:00.000000' WHERE number = @ + 3", 3),
    ("UPDATE audit_entry SET fields = '[\"name\"]' WHERE number = @ + 1", 1),
    ("DELETE FROM audit_entry WHERE number = @ + 2", 2),
    ("DELETE FROM audit_entry WHERE number = @ + 4", 4),
    ("UPDATE audit_entry SET number = 99 WHERE number = @ + 4", 4),
])
def test_tampering_behind_the_triggers_is_found(log, tampering, broken_at):
    for slug in ("a", "b", "c", "d"):
        with storage.writing() as session:
            add_organisation(session, slug)
    with storage.reading() as session:
        kept = auditing.head(session)
    log.tamper(tampering.replace("@", str(log.begun)))
    assert log.broken_at(kept) == broken_at


def test_a_log_written_anew_is_found_by_the_head_kept_elsewhere(log):
    with storage.writing() as session:
        add_organisation(session, "a")
    with storage.reading() as session:
        kept = auditing.head(session)
    log.tamper("DELETE FROM audit_entry")
    for slug in range(kept[0]):
        with storage.writing() as session:
            add_organisation(session, f"b{slug}")
    assert log.broken_at() is None
    assert log.broken_at(kept) == 1


def test_an_empty_log_is_whole(log):
    log.tamper("DELETE FROM audit_entry")
    with storage.reading() as session:
        assert auditing.head(session) == (0, FIRST)
        assert auditing.verify(session) == auditing.Verification(0, FIRST, None)
