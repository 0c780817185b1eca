import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker import storage
from matchmaker.domain import Job, JobState, Mail, Offering, OfferingMove, OfferingStatus, Role
from matchmaker.jobs.worker import run_one
from matchmaker.services import catalogue, formats
from matchmaker.services.editing import drafting, validity
from matchmaker.services.mail import letters
from matchmaker.tasks import make_tasks
from tests.making import add_person, member

TODAY = dt.date(2026, 11, 21)


@pytest.fixture
def editor(session):
    return add_person(session, "editor@jianghai.example", "jianghai", Role.LIST_EDITOR)


def test_what_is_over_expires_and_is_recorded(session, make_offering):
    over = [make_offering(session, status=status, valid_through=TODAY - dt.timedelta(days=1))
            for status in (OfferingStatus.PUBLISHED, OfferingStatus.SUSPENDED)]
    kept = [make_offering(session, valid_through=TODAY), make_offering(session),
            make_offering(session, status=OfferingStatus.DRAFT, valid_through=TODAY - dt.timedelta(days=9))]
    assert validity.expire(session, TODAY) == 2
    assert validity.expire(session, TODAY) == 0
    assert [offering.status for offering in over] == ["expired", "expired"]
    assert [offering.status for offering in kept] == ["published", "published", "draft"]
    moves = session.scalars(select(OfferingMove).where(OfferingMove.offering_id == over[0].id)).all()
    assert [(move.from_state, move.to_state, move.side) for move in moves] == [("published", "expired", "service")]


def test_from_the_first_moment_after_its_last_day_in_china_it_is_not_shown(session, make_offering, monkeypatch):
    make_offering(session, valid_through=dt.date(2026, 11, 20))
    for moment, count in [(dt.datetime(2026, 11, 20, 15, 59, 59, tzinfo=dt.UTC), 1),
                          (dt.datetime(2026, 11, 20, 16, 0, 0, tzinfo=dt.UTC), 0)]:
        monkeypatch.setattr(formats, "utc_now", lambda moment=moment: moment)
        assert catalogue.offerings(session).total == count


def test_platforms_are_reminded_at_30_and_7_days_once_each(session, make_offering, editor):
    ending = make_offering(session, valid_through=TODAY + dt.timedelta(days=30))
    make_offering(session, valid_through=TODAY + dt.timedelta(days=31))
    sent = []
    for days in range(0, 31):
        sent += [days] * validity.remind(session, TODAY + dt.timedelta(days=days))
    assert sent == [0, 1, 23, 24]
    drafting.extend(session, member(session, editor), ending.id, TODAY + dt.timedelta(days=90))
    assert validity.remind(session, TODAY + dt.timedelta(days=60)) == 1


def test_the_mail_leads_to_where_one_click_extends(session, make_offering, editor, config):
    offering = make_offering(session, valid_through=formats.today() + dt.timedelta(days=5))
    validity.remind(session, formats.today())
    (mail,) = session.scalars(select(Mail)).all()
    letter = letters.prepare(session, config, mail.id).message
    assert "Random vibration test · " in letter.get_content()
    assert "/en/platform/offerings?shelf=ending" in letter.get_content()
    offering.status = OfferingStatus.WITHDRAWN
    with pytest.raises(letters.Unsendable):
        letters.prepare(session, config, mail.id)
    offering.status = OfferingStatus.PUBLISHED
    session.delete(editor.memberships[0])
    session.flush()
    session.expire_all()
    with pytest.raises(letters.Unsendable):
        letters.prepare(session, config, mail.id)


def test_the_hourly_job_does_both_and_queues_the_next(database, config, make_offering):
    with storage.writing() as session:
        make_offering(session, valid_through=formats.today() - dt.timedelta(days=1))
        add_person(session, "editor@jianghai.example", "jianghai", Role.LIST_EDITOR)
        make_offering(session, valid_through=formats.today() + dt.timedelta(days=7))
        validity.ensure(session)
        validity.ensure(session)
    with storage.reading() as session:
        (job,) = session.scalars(select(Job)).all()
    run_one(make_tasks(config), job.id)
    with storage.reading() as session:
        done = session.get(Job, job.id)
        assert (done.state, done.result) == (JobState.DONE, {"expired": 1, "reminded": 1})
        waiting = session.scalars(select(Job).where(Job.task == validity.TASK, Job.state == JobState.QUEUED)).one()
        assert waiting.lease_until > job.lease_until
        assert session.scalars(select(Offering.status).order_by(Offering.id)).all() == ["expired", "published"]
