"""At most one mail a day about something new, over all needs of an account."""

import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker.domain import FirmAccount, GatheredNeed, Job, Mail, Watch
from matchmaker.domain.base import utc_now
from matchmaker.domain.firms import hash_address
from matchmaker.services.firms import news
from matchmaker.services.leads import watching
from matchmaker.services.mail import letters
from tests.making import add_need

FIRM = "firm@haimen.example"


@pytest.fixture
def account(session):
    """An account with two needs that are watched and one that is not."""
    account = FirmAccount(address_hash=hash_address(FIRM))
    session.add(account)
    session.flush()
    for number in range(3):
        need = add_need(session, title=f"Need {number}")
        session.add(GatheredNeed(need_id=need.id, account_id=account.id, news=[]))
        if number < 2:
            session.add(Watch(need_id=need.id))
    session.flush()
    return account


@pytest.fixture
def offering(make_offering, session):
    return make_offering(session)


def gathered(session):
    return session.scalars(select(GatheredNeed).order_by(GatheredNeed.need_id)).all()


def mails(session):
    return session.scalars(select(Mail).order_by(Mail.id)).all()


def find(session, number, offering):
    watching.tell(session, gathered(session)[number].need_id, [str(offering.id)])


def test_what_one_publishing_brings_for_two_needs_is_in_one_mail(session, config, account, offering):
    for number in range(2):
        find(session, number, offering)
    (job,) = session.scalars(select(Job).where(Job.task == news.TASK))
    assert job.payload == {"account": str(account.id)}
    assert mails(session) == []
    news.tell(session, account.id)
    (mail,) = mails(session)
    assert mail.notice == news.NOTICE
    message = letters.prepare(session, config, mail.id).message
    assert message["To"] == FIRM
    text = message.get_content()
    assert all(reference in text for reference in references(session)[:2])
    assert references(session)[2] not in text
    assert text.count(offering.title["en"]) == 2
    assert text.rstrip().count("/en/firm") == 1
    assert "Need 0" not in text, "no words of the firm travel by mail"
    assert [kept.news for kept in gathered(session)] == [[], [], []]


def references(session):
    from matchmaker.domain import Need

    return [session.get(Need, kept.need_id).reference for kept in gathered(session)]


def test_the_second_need_waits_for_the_next_day(session, account, offering, make_offering):
    find(session, 0, offering)
    news.tell(session, account.id)
    assert [mail.notice for mail in mails(session)] == ["something_new"]
    for job in session.scalars(select(Job).where(Job.task == news.TASK)):
        session.delete(job)
    find(session, 1, offering)
    news.tell(session, account.id)
    assert len(mails(session)) == 1
    (job,) = session.scalars(select(Job).where(Job.task == news.TASK))
    assert job.lease_until == account.told_at + news.DAY
    account.told_at = utc_now() - news.DAY - dt.timedelta(minutes=1)
    news.tell(session, account.id)
    assert [mail.need_id for mail in mails(session)] == [kept.need_id for kept in gathered(session)[:2]]


def test_nothing_is_told_twice_and_nothing_of_a_watch_that_ended(session, account, offering):
    find(session, 0, offering)
    find(session, 0, offering)
    assert gathered(session)[0].news == [str(offering.id)]
    session.scalars(select(Watch).where(Watch.need_id == gathered(session)[0].need_id)).one().ended_at = utc_now()
    news.tell(session, account.id)
    assert mails(session) == []
    assert account.told_at is None
    find(session, 2, offering)
    assert gathered(session)[2].news == []


def test_a_need_whose_address_has_changed_since_is_left_out_of_the_mail(session, config, account, offering):
    from matchmaker.domain import Contact

    for number in range(2):
        find(session, number, offering)
    news.tell(session, account.id)
    other = gathered(session)[1].need_id
    session.scalars(select(Contact).where(Contact.need_id == other)).one().email = "other@nantong.example"
    session.flush()
    text = letters.prepare(session, config, mails(session)[0].id).message.get_content()
    assert references(session)[1] not in text


def test_a_need_in_no_account_is_told_as_before(session, offering):
    need = add_need(session)
    session.add(Watch(need_id=need.id))
    session.flush()
    watching.tell(session, need.id, [str(offering.id)])
    assert [mail.notice for mail in mails(session)] == ["something_new"]
