import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker import storage
from matchmaker.domain import Contact, Holder, Job, Mail, NeedStatus, OfferingStatus, StockWatch
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, NotFound
from matchmaker.jobs.worker import run_one
from matchmaker.services import formats, links
from matchmaker.services.leads import stock
from matchmaker.services.mail import letters
from matchmaker.tasks import make_tasks
from tests.making import add_need

FULL = {"unit": "slot", "maximum": 4, "available": 0, "updated_at": None}
ROOM = FULL | {"available": 1}


@pytest.fixture
def full(session, make_offering):
    return make_offering(session, capacity=FULL)


@pytest.fixture
def holder(session):
    return Holder(add_need(session).id)


def wait(session, holder, offering):
    return stock.start(session, holder, offering.id, "firm@haimen.example", "en")


def mails(session):
    return session.scalars(select(Mail).where(Mail.notice == "room_again").order_by(Mail.id)).all()


def test_told_once_when_there_is_room_again(session, full, holder, config):
    wait(session, holder, full)
    stock.tell(session, holder.need_id)
    assert mails(session) == []
    full.capacity = ROOM
    stock.tell(session, holder.need_id)
    stock.tell(session, holder.need_id)
    (mail,) = mails(session)
    assert mail.details == {"offerings": [str(full.id)]}
    assert stock.waiting(session, holder) == []
    letter = letters.prepare(session, config, mail.id).message.get_content()
    assert "Random vibration test" in letter
    assert "/en/my/" in letter


def test_told_when_a_suspended_one_is_shown_again(session, make_offering, holder):
    held = make_offering(session, status=OfferingStatus.SUSPENDED)
    wait(session, holder, held)
    stock.tell(session, holder.need_id)
    assert mails(session) == []
    held.status = OfferingStatus.PUBLISHED
    stock.tell(session, holder.need_id)
    assert len(mails(session)) == 1


def test_at_most_one_mail_a_day_and_firm_whatever_its_needs(session, full, make_offering, holder):
    other = Holder(add_need(session).id)
    second = make_offering(session, capacity=FULL)
    wait(session, holder, full)
    wait(session, other, second)
    full.capacity = second.capacity = ROOM
    stock.tell(session, holder.need_id)
    stock.tell(session, other.need_id)
    stock.tell(session, other.need_id)
    assert len(mails(session)) == 1
    (later,) = session.scalars(select(Job).where(Job.task == stock.TASK)).all()
    assert later.lease_until > utc_now() + dt.timedelta(hours=23)
    for watch in session.scalars(select(StockWatch).where(StockWatch.told_at.is_not(None))):
        watch.told_at -= dt.timedelta(days=1, minutes=1)
    session.flush()
    stock.tell(session, other.need_id)
    assert [mail.need_id for mail in mails(session)] == [holder.need_id, other.need_id]


def test_it_ends_when_taken_back_and_by_itself(session, full, holder):
    watch = wait(session, holder, full)
    assert watch.ends_at - watch.created_at == dt.timedelta(days=stock.DAYS)
    stock.end(session, holder, full.id)
    full.capacity = ROOM
    stock.tell(session, holder.need_id)
    assert mails(session) == []
    full.capacity = FULL
    watch = wait(session, holder, full)
    watch.ends_at = utc_now()
    full.capacity = ROOM
    stock.tell(session, holder.need_id)
    assert (mails(session), stock.waiting(session, holder)) == ([], [])


def test_what_nobody_can_wait_for(session, make_offering, holder):
    with pytest.raises(Conflict, match="has room now"):
        wait(session, holder, make_offering(session, capacity=ROOM))
    for fields in ({"status": OfferingStatus.DRAFT}, {"status": OfferingStatus.WITHDRAWN}, {"capacity": FULL,
                   "valid_through": formats.today() - dt.timedelta(days=1)}):
        with pytest.raises(NotFound):
            wait(session, holder, make_offering(session, **fields))
    with pytest.raises(NotFound):
        stock.end(session, holder, make_offering(session).id)


def test_the_job_tells_all_who_wait(database, config, make_offering):
    with storage.writing() as session:
        offering = make_offering(session, capacity=FULL)
        for number in range(stock.CHUNK + 3):
            need = add_need(session, contact={"email": f"f{number}@firm.example"})
            wait(session, Holder(need.id), offering)
        offering.capacity = ROOM
        job = Job(task=stock.TASK, payload={})
        session.add(job)
    run_one(make_tasks(config), job.id)
    with storage.reading() as session:
        assert len(mails(session)) == stock.CHUNK + 3


def test_a_draft_waits_by_its_private_pages(client, session, config, full):
    need = add_need(session, status=NeedStatus.DRAFT, opened_at=None)
    session.delete(session.scalars(select(Contact)).one())
    key = links.add_link(session, config, need)
    session.commit()
    path = f"/en/needs/{key}/room/{full.id}"
    assert "Tell me" in client.get(path).text
    assert client.post(path, data={"email": "no address"}).status_code == 422
    assert client.post(path, data={"email": "firm@haimen.example"}).status_code == 303
    assert "firm@haimen.example" in client.get(path).text
    assert client.get(f"/en/my/{key}").location.endswith("/watch")
    assert "Stop waiting" in client.get(f"/en/needs/{key}/watch").text
    assert client.post(f"{path}/end").status_code == 303
    assert "Stop waiting" not in client.get(f"/en/needs/{key}/watch").text
