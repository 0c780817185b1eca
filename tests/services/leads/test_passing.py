from dataclasses import replace

import pytest
from sqlalchemy import func, select

from matchmaker import jobs
from matchmaker.domain import (
    Action,
    ClockStep,
    Consent,
    DeclineReason,
    Job,
    JobState,
    Lead,
    LeadState,
    Mail,
    Need,
    NeedStatus,
    Organisation,
    Origin,
    Ranking,
    Service,
    Side,
    StepKind,
)
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import run_one
from matchmaker.services import matching
from matchmaker.services.leads import asking, clocks, consents, following, passing, reviewing
from matchmaker.services.mail import letters
from matchmaker.storage.queries import leads as queries
from matchmaker.tasks import make_tasks
from tests.asking import ask, begin, wanted
from tests.conftest import add_offering
from tests.making import add_person, member

OTHERS = {
    "luban": {"standards": ["GB/T 2423.10"], "accreditations": ["CNAS"]},
    "mingjian": {"standards": ["GB/T 2423.10"], "accreditations": ["CNAS"], "title": {"en": "Vibration test"}},
    "hengtong": {"standards": ["GB/T 2423.10"]},
    "lvyuan": {"standards": ["GB/T 2423.10"], "title": {"en": "Vibration test"}},
}
"""Platforms with such an offering, the best first."""


@pytest.fixture
def market(session, request):
    """Four more platforms with the same offering, which fits the need of the tests."""
    for slug, fields in OTHERS.items():
        add_offering(session, platform=slug, external_id=f"{slug}-1", **fields)
        add_person(session, f"r@{slug}.example", slug)
    session.commit()
    return request.getfixturevalue("published")


@pytest.fixture
def holder(session, market):
    return begin(session, market)[1]


def expire(session, lead):
    lead.move(LeadState.EXPIRED, Service(), clocks.UNANSWERED)
    session.commit()
    return work(session, lead)


def work(session, lead):
    """Do the passing on of a lead as the job does; return its child."""
    query = select(Job).where(Job.task == clocks.PASS_ON, Job.state == JobState.QUEUED)
    job = session.scalar(query) or jobs.enqueue(session, clocks.PASS_ON, lead=str(lead.id))
    session.commit()
    run_one(make_tasks(work.config), job.id)
    session.expire_all()
    assert session.get(Job, job.id).state == JobState.DONE
    return session.scalar(select(Lead).where(Lead.parent_id == lead.id))


@pytest.fixture(autouse=True)
def with_config(config):
    work.config = config


def told(session, notice):
    return session.scalars(select(Mail).where(Mail.notice == notice).order_by(Mail.id)).all()


def fits(session, config, holder):
    """Return the platforms that fit, best first, as the firm's own list has them."""
    answer = matching.match(matching.current_index(config), wanted()["need"])
    return [match["offering"]["platform"]["slug"] for match in answer["matches"] if match["fit"] >= answer["threshold"]]


def test_with_consent_it_goes_to_the_next_best_once(session, market, holder):
    (lead,) = ask(session, market, holder, passes_on=True)
    child = expire(session, lead)
    best = [slug for slug in fits(session, market, holder) if slug != "jianghai"][0]
    assert child.platform.slug == best
    assert (child.origin, child.state, child.need_id) == (Origin.REROUTE, LeadState.SUBMITTED, lead.need_id)
    assert (child.moves[0].side, child.moves[0].why) == (Side.SERVICE, "")
    assert child.due_at > utc_now()
    assert child.ranking_id != lead.ranking_id
    assert session.get(Ranking, child.ranking_id)
    assert child.breakdown["factors"]
    assert session.get(Job, clocks.job_id(child.id)).state == JobState.QUEUED
    consent = session.scalars(select(Consent).where(Consent.recipient_id == child.platform_id)).one()
    assert (consent.channel, consent.passes_on, consent.shows_files_at_once, consent.text_version) == (
        consents.PASSED_ON, True, False, consents.current_version())
    assert len(told(session, "lead_arrived")) == 1
    (mail,) = told(session, "lead_passed_on")
    written = letters.prepare(session, market, mail.id).message
    assert best.title() in written["Subject"]
    assert "Jianghai has not taken up your need" in written.get_content()
    assert work(session, lead).id == child.id
    assert session.scalar(select(func.count()).select_from(Lead)) == 2
    assert not told(session, "choose_next")


def test_it_is_passed_on_three_times_at_most_and_never_back(session, market, holder):
    (lead,) = ask(session, market, holder, passes_on=True)
    been = [lead.platform.slug]
    for _ in range(passing.MOST):
        lead = expire(session, lead)
        been.append(lead.platform.slug)
    assert expire(session, lead) is None
    assert len(set(been)) == len(been) == 1 + passing.MOST
    (mail,) = told(session, "choose_next")
    assert "We have told them nothing" in letters.prepare(session, market, mail.id).message.get_content()


def test_without_consent_the_firm_gets_the_next_best_to_choose_from(session, market, holder):
    (lead,) = ask(session, market, holder)
    assert expire(session, lead) is None
    assert work(session, lead) is None
    (step,) = session.scalars(select(ClockStep)).all()
    assert step.kind == StepKind.NEXT
    named = passing.next_ones(session, [step])[lead.id]
    best = [slug for slug in fits(session, market, holder) if slug != "jianghai"][:passing.NEXT]
    assert [offering.platform.slug for offering in named] == best
    (mail,) = told(session, "choose_next")
    assert all(slug.title() in letters.prepare(session, market, mail.id).message.get_content() for slug in best)
    named[0].status = "withdrawn"
    assert named[0] not in passing.next_ones(session, [step])[lead.id]


def test_where_nobody_else_fits_the_firm_is_told_so(session, published, holder):
    for slug in OTHERS:
        for found in session.scalars(select(Organisation).where(Organisation.slug == slug)):
            found.suspended_at = utc_now()
    (lead,) = ask(session, published, holder, passes_on=True)
    assert expire(session, lead) is None
    assert len(told(session, "nobody_next")) == 1
    assert not told(session, "choose_next")


def test_excluded_asked_and_withdrawn_platforms_are_passed_over(session, market):
    holder = begin(session, market)[1]
    need = wanted()["need"] | {"excluded_platforms": ["luban"]}
    leads = ask(session, market, holder, "vibration", "mingjian-1", "hengtong-1", passes_on=True, need=need)
    following.withdraw(session, holder, leads[1].id)
    given = {consent.recipient_id: consent for consent in session.scalars(select(Consent))}
    following.withdraw_consent(session, holder, given[leads[2].platform_id].id)
    child = expire(session, leads[0])
    assert child.platform.slug == "lvyuan"


@pytest.mark.parametrize("fault", ["need closed", "consent withdrawn", "answered"])
def test_what_stands_against_it_at_the_last_moment_holds(session, market, holder, fault):
    (lead,) = ask(session, market, holder, passes_on=True)
    lead.state = LeadState.ACCEPTED if fault == "answered" else LeadState.EXPIRED
    if fault == "consent withdrawn":
        following.withdraw_consent(session, holder, session.scalars(select(Consent)).one().id)
    if fault == "need closed":
        session.get(Need, holder.need_id).status = NeedStatus.CLOSED
    session.commit()
    assert work(session, lead) is None
    assert session.scalars(select(ClockStep)).all() == []


def decline(session, config, lead, reason):
    person = add_person(session, "r@jianghai.example", "jianghai")
    decision = reviewing.decide(session, replace(config, decision_seconds=0), member(session, person), lead.id,
                                Action.DECLINE, reason=reason, words="No.", seen=lead.version)
    reviewing.mature(session, decision.id)
    session.commit()


@pytest.mark.parametrize("reason", sorted(DeclineReason))
@pytest.mark.parametrize("passes_on", [True, False])
def test_what_is_declined_for_the_platforms_own_reason_goes_on(session, market, holder, reason, passes_on):
    (lead,) = ask(session, market, holder, passes_on=passes_on)
    decline(session, market, lead, reason)
    queued = session.scalars(select(Job).where(Job.task == clocks.PASS_ON)).all()
    assert len(queued) == (passes_on and reason in passing.ITS_OWN)
    if queued:
        assert work(session, lead).parent_id == lead.id


def test_a_platform_reads_nothing_of_the_one_before(session, market, holder):
    """The child's history, breakdown and mail are the recipient's; who was asked before is between firm and service."""
    (lead,) = ask(session, market, holder, passes_on=True)
    child = expire(session, lead)
    person = session.scalars(select(Organisation).where(Organisation.id == child.platform_id)).one().memberships[0].person
    team = member(session, person)
    found = queries.lead_by_id(session, team, child.id)
    said = f"{found.breakdown} {[move.why for move in found.moves]}"
    mails = session.scalars(select(Mail).where(Mail.person_id == person.id)).all()
    said += "".join(letters.prepare(session, market, mail.id).message.as_string() for mail in mails)
    assert "ianghai" not in said
    assert [lead.id for lead in queries.leads_of_need(session, team, lead.need_id)] == [child.id]


def test_without_an_index_it_waits(session, config, holder, market):
    (lead,) = ask(session, market, holder, passes_on=True)
    lead.move(LeadState.EXPIRED, Service())
    job = jobs.enqueue(session, clocks.PASS_ON, lead=str(lead.id))
    session.commit()
    run_one(make_tasks(replace(config, home=config.home / "elsewhere")), job.id)
    session.expire_all()
    assert (session.get(Job, job.id).state, session.get(Job, job.id).attempt) == (JobState.QUEUED, 0)
    assert session.get(Job, job.id).lease_until > utc_now()


def test_the_consent_of_a_second_request_counts(session, market, holder):
    (lead,) = ask(session, market, holder)
    ask(session, market, holder, "drop", passes_on=True)
    (held,) = asking.consents_in_force(session, holder).values()
    assert held.passes_on
    assert expire(session, lead)
