import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from matchmaker import storage
from matchmaker.domain import (
    Consent,
    Contact,
    Holder,
    Lead,
    LeadMove,
    LeadState,
    Mail,
    Need,
    NeedStatus,
    OfferingStatus,
    Person,
    Ranking,
    Role,
    Side,
    Watch,
)
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, Invalid, NotFound, TooMany
from matchmaker.jobs.worker import run_one
from matchmaker.services import matching, publishing
from matchmaker.services.leads import asking, deadlines, following
from matchmaker.tasks import make_tasks
from tests.asking import FIRM, ask, begin, offering, wanted
from tests.making import add_person


@pytest.fixture
def draft(session, published):
    """Who holds a draft."""
    return begin(session, published)[1]


def count(session, kind):
    return session.scalar(select(func.count()).select_from(kind))


def mails(session):
    """Return the notices that wait, with the address of the person or "firm"."""
    people = dict(session.execute(select(Person.id, Person.email)).all())
    return sorted((mail.notice, people.get(mail.person_id, "firm")) for mail in session.scalars(select(Mail)))


def test_asking_opens_the_need_and_makes_the_lead(session, published, draft):
    before = utc_now()
    (lead,) = ask(session, published, draft)
    need = session.get(Need, draft.need_id)
    assert (need.status, need.problem[:6], need.opened_at >= before) == (NeedStatus.OPEN, "Random", True)
    assert (lead.state, lead.version, lead.offering_version) == (LeadState.SUBMITTED, 1, 1)
    assert deadlines.after(before, 5) <= lead.due_at <= deadlines.after(utc_now(), 5)
    (move,) = lead.moves
    assert (move.from_state, move.to_state, move.side, move.person_id) == (None, LeadState.SUBMITTED, Side.FIRM, None)
    consent = session.scalars(select(Consent)).one()
    assert (consent.recipient_id, consent.purpose, consent.language, consent.channel, consent.withdrawn_at) == (
        lead.platform_id, "ask", "en", "form", None)
    contact = session.scalars(select(Contact)).one()
    assert {name: getattr(contact, name) for name in FIRM} == FIRM
    assert lead.ranking_id == session.scalars(select(Ranking.id)).one()


def test_the_platforms_own_time_to_answer_counts(session, published, draft):
    offering(session).response_days = 2
    (lead,) = ask(session, published, draft)
    assert lead.due_at <= deadlines.after(utc_now(), 2)


def test_each_platform_is_told_once_and_the_firm_once(session, published, draft):
    for email, slug, role in (("a@jianghai.example", "jianghai", Role.REVIEWER), ("t@t.example", "tianquan", Role.ADMIN),
                              ("e@jianghai.example", "jianghai", Role.LIST_EDITOR)):
        add_person(session, email, slug, role)
    ask(session, published, draft, "vibration", "drop", "gpu")
    assert mails(session) == [("lead_arrived", "a@jianghai.example"), ("lead_arrived", "t@t.example"),
                              ("need_received", "firm")]
    details = {mail.details.get("count") for mail in session.scalars(select(Mail)) if mail.person_id}
    assert details == {1, 2}
    ask(session, published, draft, "ferment")
    assert mails(session).count(("need_received", "firm")) == 1


def test_who_is_not_ticked_is_not_asked(session, published, draft):
    chosen = [offering(session, name) for name in ("vibration", "gpu")]
    leads = asking.ask(session, published, draft, wanted(*chosen, recipients=[chosen[1].platform_id]))
    assert [lead.offering_id for lead in leads] == [chosen[1].id]
    assert [consent.recipient_id for consent in session.scalars(select(Consent))] == [chosen[1].platform_id]


def test_a_tick_for_somebody_who_was_not_chosen_is_refused(session, published, draft):
    with pytest.raises(Invalid):
        ask(session, published, draft, recipients=[uuid4()])
    assert count(session, Lead) == count(session, Consent) == 0


def test_asking_twice_changes_nothing(session, published, draft):
    first = ask(session, published, draft)
    assert [lead.id for lead in ask(session, published, draft)] == [lead.id for lead in first]
    assert [count(session, kind) for kind in (Lead, LeadMove, Consent, Contact, Ranking, Mail)] == [1, 1, 1, 1, 1, 1]


def test_asking_for_more_later_keeps_what_there_is(session, published, draft):
    first = ask(session, published, draft)[0]
    both = ask(session, published, draft, "vibration", "gpu", telephone=None, email="other@haimen.example")
    assert both[0].id == first.id
    assert [count(session, kind) for kind in (Lead, Consent, Contact, Ranking)] == [2, 2, 1, 2]
    contact = session.scalars(select(Contact)).one()
    assert (contact.email, contact.telephone) == ("other@haimen.example", None)


def test_a_consent_about_the_files_is_a_new_one(session, published, draft):
    ask(session, published, draft)
    ask(session, published, draft, "drop", shows_files_at_once=True)
    given = session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [(consent.shows_files_at_once, consent.withdrawn_at is None) for consent in given] == [
        (False, False), (True, True)]


def test_a_consent_withdrawn_can_be_given_again(session, published, draft):
    lead = ask(session, published, draft)[0]
    following.withdraw_consent(session, draft, session.scalars(select(Consent.id)).one())
    ask(session, published, draft, "drop")
    assert [consent.withdrawn_at is None for consent in session.scalars(select(Consent).order_by(Consent.id))] == [
        False, True]
    assert lead.state == LeadState.WITHDRAWN


@pytest.mark.parametrize(("change", "words"), [
    ({"status": OfferingStatus.WITHDRAWN}, "It is not open any more."),
    ({"valid_through": dt.date(2020, 1, 1)}, "It is not open any more."),
    ({"eligibility": {"one_person_ok": False}}, "Not open to one-person companies"),
])
def test_what_cannot_be_asked_is_refused_and_nothing_is_half_done(session, published, draft, change, words):
    for name, value in change.items():
        setattr(offering(session, "gpu"), name, value)
    session.flush()
    need = wanted()["need"] | {"organisation": {"is_one_person": True}}
    with pytest.raises(Conflict, match=words):
        ask(session, published, draft, "vibration", "gpu", need=need)
    assert count(session, Lead) == count(session, Consent) == count(session, Mail) == count(session, Contact) == 0
    assert session.get(Need, draft.need_id).status == NeedStatus.DRAFT


def test_an_excluded_platform_is_not_asked(session, published, draft):
    need = wanted()["need"] | {"excluded_platforms": ["tianquan"]}
    with pytest.raises(Conflict, match="GPUs for training cannot be asked: You excluded this platform"):
        ask(session, published, draft, "gpu", need=need)


def test_an_offering_that_is_not_in_the_index_is_refused(session, published, draft, make_offering):
    new = make_offering(session, external_id="new")
    with pytest.raises(Conflict, match="It is not on the list of open resources"):
        asking.ask(session, published, draft, wanted(new))
    with pytest.raises(Conflict, match="not on the list"):
        asking.ask(session, published, draft, wanted() | {"offerings": [uuid4()], "recipients": [uuid4()]})


def test_nobody_asks_for_a_need_that_is_closed_or_gone(session, published, draft):
    session.get(Need, draft.need_id).status = NeedStatus.CLOSED
    session.flush()
    with pytest.raises(Conflict, match="closed"):
        ask(session, published, draft)
    with pytest.raises(NotFound):
        ask(session, published, Holder(uuid4()))


def test_a_need_asks_only_so_often(session, published, draft, monkeypatch):
    monkeypatch.setattr(asking, "ASKS_AN_HOUR", 1)
    ask(session, published, draft)
    ask(session, published, draft)
    with pytest.raises(TooMany):
        ask(session, published, draft, "gpu")


def test_the_plan_groups_by_platform_and_stores_nothing(session, published, draft):
    chosen = [offering(session, name).id for name in ("drop", "gpu", "vibration", "gpu")]
    plan = asking.plan(session, published, draft, wanted()["need"], chosen)
    assert [(recipient.platform.slug, len(recipient.offerings), recipient.days) for recipient in plan.recipients] == [
        ("jianghai", 2, 5), ("tianquan", 1, 5)]
    assert (plan.refusals, plan.asked, plan.contact, plan.has_files) == ([], [], None, False)
    assert count(session, Lead) == 0


def test_a_watch_keeps_the_address_and_what_is_known(session, published, draft):
    asking.watch(session, published, draft, wanted()["need"], "watch@haimen.example", "zh")
    contact, watch = session.scalars(select(Contact)).one(), session.scalars(select(Watch)).one()
    assert (contact.email, contact.name, contact.language) == ("watch@haimen.example", None, "zh")
    assert str(offering(session).id) in watch.known
    asking.watch(session, published, draft, wanted()["need"], "second@haimen.example", "zh")
    assert session.scalars(select(Contact.email)).all() == ["watch@haimen.example"]
    assert session.get(Need, draft.need_id).status == NeedStatus.DRAFT


def test_of_many_requests_at_once_one_makes_the_leads(database, config, make_offering):
    with storage.writing() as session:
        make_offering(session, external_id="vibration")
        make_offering(session, external_id="gpu", platform="tianquan", kind_code="compute")
        job = publishing.queue_publish(session)
    run_one(make_tasks(config), job.id)
    matching.current_index(config)
    with storage.writing() as session:
        holder = begin(session, config)[1]
    barrier = Barrier(8)

    def send(number):
        barrier.wait()
        with storage.writing() as session:
            return [lead.id for lead in ask(session, config, holder, *("vibration", "gpu")[:1 + number % 2])]

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(send, range(8)))
    with storage.reading() as session:
        assert [count(session, kind) for kind in (Lead, LeadMove, Consent, Contact)] == [2, 2, 2, 1]
        assert {lead for leads in made for lead in leads} == set(session.scalars(select(Lead.id)))
        assert count(session, Ranking) <= 2
        assert session.scalars(select(Mail.notice)).all() == ["need_received"]
