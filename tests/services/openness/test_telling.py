"""Who hears of what becomes of a version of an openness list, by mails that say it only while it is so."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from matchmaker.domain import Job, Mail, Person, Role
from matchmaker.jobs.worker import run_one
from matchmaker.services.mail import letters
from matchmaker.services.openness import batches, drafting
from matchmaker.services.openness.stepping import Step
from matchmaker.tasks import make_tasks
from tests.listing import draft, editor, operator, take
from tests.making import add_person


@pytest.fixture
def version(session, make_offering):
    """A version of Jianghai's list that its editor has drafted; a reviewer of Jianghai edits nothing."""
    platform = make_offering(session, external_id="a").platform
    add_person(session, "reviewer@jianghai.example", "jianghai", Role.REVIEWER)
    return draft(session, editor(session), platform)


@pytest.fixture
def boss(session):
    return operator(session)


@pytest.fixture
def told(session):
    """A function that returns what was told since it was called last: notice and the person's place."""
    seen = set()

    def told():
        mails = [mail for mail in session.scalars(select(Mail).order_by(Mail.id)) if mail.id not in seen]
        seen.update(mail.id for mail in mails)
        return [(mail.notice, session.get(Person, mail.person_id).email.rpartition("@")[2]) for mail in mails]

    return told


@pytest.fixture
def who(session, version):
    """The editor of the platform."""
    return editor(session)


def test_each_step_is_told_to_those_whom_it_concerns(session, config, version, who, boss, told):
    take(session, who, version, Step.SUBMIT)
    assert told() == [("list_submitted", "operator.example")]
    take(session, who, version, Step.TAKE_BACK)
    assert told() == []
    take(session, who, version, Step.SUBMIT)
    told()
    take(session, boss, version, Step.RETURN, "The prices are missing.")
    assert told() == [("list_returned", "jianghai.example")] * 2
    take(session, who, version, Step.SUBMIT)
    told()
    take(session, boss, version, Step.ACCEPT)
    assert told() == [("list_accepted", "jianghai.example")] * 2
    batch = batches.plan(session, {"zh": "一批", "en": "A batch"})
    batches.arrange(session, batch.id, batch.title, [version.id])
    batches.schedule(session, batch.id)
    session.commit()
    assert told() == []
    run_one(make_tasks(config), session.scalars(select(Job.id).where(Job.task == batches.TASK)).one())
    assert told() == [("list_published", "jianghai.example")] * 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_mail_leads_to_the_list_and_repeats_no_words(session, config, version, who, boss, language):
    for person in session.scalars(select(Person)):
        person.language = language
    take(session, who, version, Step.SUBMIT)
    submitted, = written(session, config)
    take(session, boss, version, Step.RETURN, "The prices are missing.")
    returned, *_others = written(session, config)[1:]
    for message in (submitted, returned):
        assert f"https://m.example/{language}/platform/lists/{version.id}" in message.get_content().splitlines()
        assert "Jianghai" in message["Subject"]
        assert "prices" not in message.as_string()


def test_what_is_no_longer_so_is_not_said(session, config, version, who, boss):
    take(session, who, version, Step.SUBMIT)
    take(session, who, version, Step.TAKE_BACK)
    assert written(session, config) == ["overtaken by events"]
    drafting.discard(session, who, version.id)
    session.flush()
    assert written(session, config) == ["the list is gone"]


def written(session, config):
    """Return all mails, written; of one that cannot be sent why not."""
    found = []
    for mail in session.scalars(select(Mail).order_by(Mail.id)):
        try:
            found.append(letters.prepare(session, replace(config, public_url="https://m.example"), mail.id).message)
        except letters.Unsendable as error:
            found.append(str(error))
    return found
