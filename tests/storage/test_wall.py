"""The second wall: what queries find on PostgreSQL that forgot to ask who is asking."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from matchmaker import storage
from matchmaker.domain import (
    Appeal,
    Complaint,
    Firm,
    Holder,
    Lead,
    LeadFeedback,
    LeadMessage,
    LeadMove,
    LeadState,
    Member,
    Need,
    Role,
    Service,
    Side,
)
from matchmaker.domain.base import Base, new_id
from matchmaker.domain.leads import UNSEEN
from matchmaker.errors import NotFound
from matchmaker.storage import wall
from matchmaker.storage.queries import leads, scope
from tests.making import add_lead, add_organisation, add_person
from tests.storage.test_scope import UNSCOPED, key, may_see, world
from tests.test_architecture import PRIVATE

__all__ = ["world"]
ELSEWHERE = {
    "Absence": "people", "Identity": "people", "Invitation": "people", "OneTimeKey": "people", "RecoveryCode": "people",
    "SecondStep": "people", "OfferingMove": "offerings", "OfferingRevision": "offerings", "OfferingVersion": "offerings",
    "ListVersion": "openness", "ListEntry": "openness", "ListMove": "openness",
    "FirmKey": "scope_firms", "FirmSignIn": "scope_firms",
    "WebhookEndpoint": "webhooks", "WebhookDelivery": "webhooks", "WebhookAttempt": "webhooks",
}
"""Private things with no policy: who people are has to be found before it is known who asks; what is published of an
offering or of a list is for everybody; webhooks tell ids and states, and not what a firm wrote."""
OF_ALL_LEADS = {Lead, LeadMove, LeadFeedback, Appeal, Complaint}
"""What an operator sees of every lead."""


@pytest.fixture(params=["postgresql"])
def backend(request) -> str:
    """The one database with a wall."""
    return request.param


@contextmanager
def asking(session: Session, actor) -> Iterator[Session]:
    """Let the session be an actor's for a while."""
    session.info[wall.ACTOR] = actor
    session.expunge_all()
    try:
        yield session
    finally:
        del session.info[wall.ACTOR]


@pytest.fixture
def rival(session) -> Member:
    """A reviewer of another platform, to which nothing was brought."""
    platform = add_organisation(session, "tianquan")
    return Member(add_person(session, "r@tianquan.example").id, {platform.id: frozenset({Role.REVIEWER})})


def test_each_private_table_has_its_policy_and_binds_its_owner(session):
    names = {mapper.class_.__name__: mapper.local_table.name for mapper in Base.registry.mappers}
    walled = set(session.scalars(text(
        "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
        "WHERE relrowsecurity AND relforcerowsecurity AND relnamespace = current_schema()::regnamespace")))
    assert {names[name] for name in PRIVATE - ELSEWHERE.keys()} <= walled
    assert {names[name] for name in ELSEWHERE}.isdisjoint(walled)
    assert not wall.is_above(session.connection())


def test_who_may_count_is_thought_to_count_every_row(session):
    """Else the planner takes what boards count for small, and sorts what an index has in order."""
    for table in ("need_summary", "lead_summary", "exposure_summary", "fairness_month"):
        (plan,) = session.scalar(text(f"EXPLAIN (FORMAT JSON) SELECT * FROM {table}"))
        assert plan["Plan"]["Plan Rows"] > 10, (table, plan)


def test_a_query_that_forgets_its_scope_finds_nothing_of_a_rivals(session, world, rival):
    for what, kind in UNSCOPED.items():
        for nobody in (rival, Holder(new_id()), Firm(new_id()), Member(rival.person_id, {}), None):
            with asking(session, nobody):
                assert session.scalars(select(kind)).all() == [], what
        assert len(session.scalars(select(kind)).all()) == len(world.needs), "the service sees all"


def test_a_query_that_forgets_its_scope_finds_no_words_that_are_not_for_its_asker(session, world):
    """What the wall leaves open beside the scope is of the asker's own platform or need, and never who a firm is."""
    case = next(case for case in world.needs if case.state == LeadState.IN_REVIEW and case.is_in_force)
    for name, (what, kind) in product(("reviewer", "holder", "firm", "operator", "operator and reviewer", "list editor"),
                                      UNSCOPED.items()):
        with asking(session, world.actor(name, case)):
            seen = {world.rows[what][key(row)] for row in session.scalars(select(kind))}
        mine = [case] if name == "holder" else world.needs
        allowed = {other for other in mine if may_see(what, name, other)}
        assert seen >= allowed, (name, what)
        if name == "holder":
            assert seen <= {case}
        elif name == "firm":
            assert seen == allowed, (name, what)
        elif what in ("contacts", "needs", "attachments"):
            assert {other for other in seen - allowed if other.state not in UNSEEN} == set(), (name, what)
        if name == "list editor" or (name == "operator" and kind not in OF_ALL_LEADS):
            assert seen == set(), (name, what)


def test_a_rival_changes_and_adds_nothing_of_anothers(session, make_offering, rival):
    lead = add_lead(session, make_offering(session))
    with asking(session, rival):
        changed = session.execute(text("UPDATE lead SET state = 'accepted'"))
        assert changed.rowcount == 0
        with pytest.raises(DBAPIError, match="row-level security"), session.begin_nested():
            session.add(LeadMessage(lead_id=lead.id, side=Side.PLATFORM, words="said"))
            session.flush()
    assert session.scalar(select(Lead.state)) == LeadState.SUBMITTED


def test_what_asks_as_the_service_says_so_and_nothing_after_it_does(session, make_offering, rival):
    lead = add_lead(session, make_offering(session))
    with asking(session, rival):
        with pytest.raises(NotFound):
            leads.lead_by_id(session, rival, lead.id)
        found = leads.lead_by_id(session, Service(), lead.id)
        assert session.scalars(select(Lead.id)).all() == []
        assert session.scalars(scope.leads(Service())).all() == [found]
        assert found.moves == [], "what is loaded later is asked for by the same"
        with session.begin_nested() as savepoint:
            session.scalars(scope.leads(Service())).all()
            savepoint.rollback()
        assert session.scalars(select(Lead.id)).all() == []


def test_what_a_query_makes_the_session_write_is_written_by_its_actor(session, make_offering, rival):
    """The writing comes before the query, whose asker may do more than the actor."""
    lead = add_lead(session, make_offering(session))
    with asking(session, rival), pytest.raises(DBAPIError, match="row-level security"), session.begin_nested():
        session.add(LeadMessage(lead_id=lead.id, side=Side.PLATFORM, words="said"))
        session.scalars(scope.leads(Service())).all()


def test_a_setting_ends_with_its_transaction(database, make_offering):
    with storage.writing() as session:
        need_id = add_lead(session, make_offering(session)).need_id
    with storage.reading(Holder(need_id)) as session:
        assert session.scalars(select(Need.id)).all() == [need_id]
    for begin in (storage.reading, storage.writing):
        with begin(None) as session:
            assert session.scalars(select(Need.id)).all() == []
            assert session.scalar(text("SELECT current_setting('matchmaker.need', true)")) in (None, "")
