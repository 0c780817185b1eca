import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import func, select

from matchmaker import storage
from matchmaker.domain import Contact, Lead, LeadMessage, LeadState, Mail, Need, Outcome, Referral, ReferralBatch
from matchmaker.domain.base import utc_now
from matchmaker.errors import NotFound
from matchmaker.jobs.worker import run_one
from matchmaker.schemas.needs import NeedSchema
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import vocabulary
from matchmaker.services.leads import demo_leads
from matchmaker.tasks import make_tasks


@pytest.fixture
def load(session):
    """What reads a need, with the vocabulary of the database."""
    with storage.reading() as reading:
        codes = vocabulary.codes(reading)
    with use_vocabulary(*codes):
        yield NeedSchema().load


def test_every_story_can_be_read_and_names_invented_people_only(config, load):
    stories = demo_leads.stories(config.data)
    assert len({story["contact"]["email"] for story in stories}) == len(stories) >= 12
    assert {name.partition("/")[0] for story in stories for name in story["ask"]} == {"jianghai", "qinghe"}
    for story in stories:
        assert story["contact"]["email"].endswith(".example")
        assert load(dict(story["need"]))["problem"]
        assert all(step.get("who", "x.example").endswith(".example") for step in story["steps"])


def test_the_demos_queues_are_alive_and_a_second_telling_changes_nothing(run, config):
    assert run("demo").exit_code == 0
    first = stored()
    assert run("demo").exit_code == 0
    assert stored() == first
    states = first[0]
    assert sum(states.values()) == 27
    assert set(states) == {LeadState.SUBMITTED, LeadState.IN_REVIEW, LeadState.INFO_REQUESTED, LeadState.ACCEPTED,
                           LeadState.DECLINED, LeadState.WITHDRAWN, LeadState.TERMS_OFFERED, LeadState.WAITLISTED,
                           LeadState.IN_DELIVERY, LeadState.COMPLETED, LeadState.FAILED, LeadState.APPEALED,
                           LeadState.EXPIRED}
    with storage.reading() as session:
        # What was passed on has come just now.
        leads = session.scalars(select(Lead).where(Lead.parent_id.is_(None))).all()
        assert all(lead.moves[0].at <= lead.moves[-1].at <= utc_now() - dt.timedelta(hours=1) for lead in leads)
        assert all(move.at >= lead.created_at - dt.timedelta(seconds=9) for lead in leads for move in lead.moves)
        assert max(session.scalars(select(LeadMessage.at))) < utc_now() - dt.timedelta(hours=1)
        assert min(lead.fit for lead in leads) > 0.2
    assert outcomes_of_the_batch(config) == [
        Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.WARNED, Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.ACCEPTED,
        Outcome.ACCEPTED, Outcome.WARNED, Outcome.REFUSED,
    ]


def outcomes_of_the_batch(config) -> list[Outcome]:
    with storage.reading() as session:
        (job_id,) = session.scalars(select(ReferralBatch.job_id))
    run_one(make_tasks(config), job_id)
    with storage.reading() as session:
        return list(session.scalars(select(Referral.outcome).order_by(Referral.row)))


def stored() -> tuple:
    with storage.reading() as session:
        return (Counter(session.scalars(select(Lead.state))),
                *(session.scalar(select(func.count()).select_from(table)) for table in (Need, Contact, Mail)))


def test_a_story_about_what_the_demo_does_not_have_is_refused(session, config, load):
    with pytest.raises(NotFound, match="no offering"):
        demo_leads.tell(session, config, demo_leads.stories(config.data)[0], load)
