import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import func, select

from matchmaker import storage
from matchmaker.domain import Contact, Lead, LeadMessage, LeadState, Mail, Need
from matchmaker.domain.base import utc_now
from matchmaker.errors import NotFound
from matchmaker.schemas.needs import NeedSchema
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import vocabulary
from matchmaker.services.leads import demo_leads


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


def test_the_demos_queues_are_alive_and_a_second_telling_changes_nothing(run):
    assert run("demo").exit_code == 0
    first = stored()
    assert run("demo").exit_code == 0
    assert stored() == first
    states = first[0]
    assert sum(states.values()) == 15
    assert set(states) == {LeadState.SUBMITTED, LeadState.IN_REVIEW, LeadState.INFO_REQUESTED, LeadState.ACCEPTED,
                           LeadState.DECLINED, LeadState.WITHDRAWN}
    with storage.reading() as session:
        leads = session.scalars(select(Lead)).all()
        assert all(lead.moves[0].at <= lead.moves[-1].at <= utc_now() - dt.timedelta(hours=1) for lead in leads)
        assert all(move.at >= lead.created_at - dt.timedelta(seconds=9) for lead in leads for move in lead.moves)
        assert max(session.scalars(select(LeadMessage.at))) < utc_now() - dt.timedelta(hours=1)
        assert min(lead.fit for lead in leads) > 0.3


def stored() -> tuple:
    with storage.reading() as session:
        return (Counter(session.scalars(select(Lead.state))),
                *(session.scalar(select(func.count()).select_from(table)) for table in (Need, Contact, Mail)))


def test_a_story_about_what_the_demo_does_not_have_is_refused(session, config, load):
    with pytest.raises(NotFound, match="no offering"):
        demo_leads.tell(session, config, demo_leads.stories(config.data)[0], load)
