import datetime as dt
from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select, update

from matchmaker import storage
from matchmaker.domain import Contact, Holder, Job, JobState, Mail, Need, NeedStatus, Watch
from matchmaker.domain.base import utc_now
from matchmaker.errors import NotFound
from matchmaker.jobs.worker import run_one
from matchmaker.services import matching, publishing
from matchmaker.services.leads import watching
from matchmaker.tasks import make_tasks
from tests.making import add_lead, add_need

IDEA = "随机振动试验 random vibration test"
SHAKER = {"title": {"zh": "随机振动试验", "en": "Random vibration test"}, "keywords": ["随机振动", "random vibration"]}


@pytest.fixture
def publish(database, config):
    """A function that publishes the catalogue and does what follows from it."""
    def publish():
        with storage.writing() as session:
            job = publishing.queue_publish(session)
        run_one(make_tasks(config), job.id)
        check(config)

    return publish


@pytest.fixture
def watched(database, make_offering, publish):
    """The holder of a draft for which nothing fits yet."""
    with storage.writing() as session:
        make_offering(session, kind_code="compute", title={"en": "GPU hours"}, summary={}, description={}, keywords=[])
    publish()
    with storage.writing() as session:
        return watch(session, draft(session))


def draft(session, problem=IDEA) -> Need:
    need = Need(language="zh", status=NeedStatus.DRAFT, answers={"problem": [problem]})
    session.add(need)
    session.flush()
    session.add(Contact(need_id=need.id, email="w@firm.example", language="zh"))
    return need


def watch(session, need, known=()) -> Holder:
    holder = Holder(need.id)
    watching.start(session, holder, known)
    return holder


def open_shaker(make_offering, **fields) -> UUID:
    with storage.writing() as session:
        return make_offering(session, **(SHAKER | fields)).id


def check(config):
    """Do the checks that are due."""
    tasks = make_tasks(config)
    while True:
        with storage.reading() as session:
            due = [job for job in session.scalars(select(Job).where(Job.task == watching.TASK,
                                                                    Job.state == JobState.QUEUED))
                   if not job.lease_until or job.lease_until < utc_now()]
        if not due:
            return
        run_one(tasks, due[0].id)


def told() -> list[set[str]]:
    """What was told so far: the offerings of each mail."""
    with storage.reading() as session:
        return [set(mail.details["offerings"]) for mail in session.scalars(select(Mail).order_by(Mail.id))]


def stored(holder) -> Watch:
    with storage.reading() as session:
        return session.get(Watch, holder.need_id)


def later_checks() -> list[Job]:
    with storage.reading() as session:
        return list(session.scalars(select(Job).where(Job.task == watching.TASK, Job.state == JobState.QUEUED)))


def change_all(session, kind, **values):
    for thing in session.scalars(select(kind)):
        for name, value in values.items():
            setattr(thing, name, value)


def let_a_day_pass():
    with storage.writing() as session:
        change_all(session, Watch, told_at=utc_now() - dt.timedelta(days=1, seconds=1))
        session.execute(update(Job).where(Job.state == JobState.QUEUED).values(lease_until=None))


def test_something_new_is_told_once(watched, publish, make_offering):
    assert told() == []
    new = open_shaker(make_offering)
    publish()
    assert told() == [{str(new)}]
    watch = stored(watched)
    assert watch.known == [str(new)]
    assert watch.told_at is not None
    publish()
    assert told() == [{str(new)}]
    assert later_checks() == []


def test_what_does_not_fit_is_not_told(watched, publish, make_offering):
    with storage.writing() as session:
        make_offering(session, kind_code="data", title={"en": "Soil maps"}, summary={}, description={}, keywords=[])
    publish()
    assert told() == []
    assert stored(watched).told_at is None


def test_what_the_firm_was_shown_is_not_new(database, make_offering, publish):
    shown = open_shaker(make_offering)
    with storage.writing() as session:
        watch(session, draft(session), [shown])
    publish()
    assert told() == []


def test_what_the_firm_asked_for_is_not_new(database, make_offering, publish):
    with storage.writing() as session:
        need = add_need(session, problem=IDEA)
        add_lead(session, make_offering(session, **SHAKER), need)
        watch(session, need)
    other = open_shaker(make_offering)
    publish()
    assert told() == [{str(other)}]


def test_a_need_gets_one_mail_a_day_and_hears_of_the_rest_later(watched, publish, make_offering, config):
    first = open_shaker(make_offering)
    publish()
    second, third = open_shaker(make_offering), open_shaker(make_offering)
    publish()
    publish()
    assert told() == [{str(first)}]
    (later,) = later_checks()
    assert later.payload == {"need": str(watched.need_id)}
    assert later.lease_until == stored(watched).told_at + watching.DAY
    let_a_day_pass()
    check(config)
    assert told() == [{str(first)}, {str(second), str(third)}]
    assert set(stored(watched).known) == {str(first), str(second), str(third)}


def test_a_watch_that_ended_is_silent_and_may_go_on(watched, publish, make_offering):
    with storage.writing() as session:
        watching.end(session, watched)
        watching.end(session, watched)
    new = open_shaker(make_offering)
    publish()
    assert told() == []
    with storage.writing() as session:
        watching.start(session, watched, [])
    publish()
    assert told() == [{str(new)}]


def test_starting_twice_keeps_what_is_known(watched):
    ids = [UUID(int=1), UUID(int=2)]
    with storage.writing() as session:
        watching.start(session, watched, ids[:1])
        watching.start(session, watched, ids)
    assert stored(watched).known == [str(found) for found in ids]


def test_only_the_holders_own_need_can_be_watched(database):
    stranger = Holder(UUID(int=7))
    for act in (partial(watching.start, known=[]), watching.end):
        with pytest.raises(NotFound), storage.writing() as session:
            act(session, stranger)


@pytest.mark.parametrize("status", [NeedStatus.CLOSED, NeedStatus.FULFILLED, NeedStatus.EXPIRED])
def test_needs_that_are_over_hear_nothing(watched, publish, make_offering, status):
    with storage.writing() as session:
        change_all(session, Need, status=status)
    open_shaker(make_offering)
    publish()
    assert told() == []


@pytest.mark.parametrize("answers", [{}, {"problem": [""]}, {"problem": [IDEA], "region": ["nowhere"]},
                                     {"problem": [IDEA], "kinds": ["no such kind"]}])
def test_answers_that_make_no_need_are_passed_over(watched, publish, make_offering, answers):
    with storage.writing() as session:
        change_all(session, Need, answers=answers)
        other = draft(session)
        watch(session, other)
    new = open_shaker(make_offering)
    publish()
    assert told() == [{str(new)}]
    with storage.reading() as session:
        assert session.scalar(select(Mail.need_id)) == other.id


def test_lists_and_conditions_of_a_draft_count(watched, publish, make_offering):
    with storage.writing() as session:
        change_all(session, Need, answers={
            "problem": [IDEA], "kinds": ["laboratory", "instrument"], "must_haves": ["CNAS\nCMA"],
            "nice_to_haves": ["soon"], "vouchers_held": ["苏州创新券；江苏券"], "excluded_platforms": ["jianghai"]})
    open_shaker(make_offering)
    publish()
    assert told() == []


def test_many_needs_are_checked_a_chunk_at_a_time(watched, publish, make_offering, monkeypatch):
    monkeypatch.setattr(watching, "CHUNK", 2)
    with storage.writing() as session:
        holders = [watched, *(watch(session, draft(session)) for _ in range(4))]
    open_shaker(make_offering)
    publish()
    with storage.reading() as session:
        assert set(session.scalars(select(Mail.need_id))) == {holder.need_id for holder in holders}
        job = session.scalars(select(Job).where(Job.task == watching.TASK).order_by(Job.id.desc())).first()
    assert (job.result, job.progress) == ({"checked": 5}, 5)


def test_a_need_that_cannot_be_matched_keeps_no_other_from_it(watched, publish, make_offering, monkeypatch, caplog):
    with storage.writing() as session:
        watch(session, draft(session, "kanarienidee"))
    match = matching.match

    def break_off(index, need, **options):
        if "kanarien" in need["problem"]:
            raise RuntimeError(need["problem"])
        return match(index, need, **options)

    monkeypatch.setattr(matching, "match", break_off)
    open_shaker(make_offering)
    publish()
    assert len(told()) == 1
    assert "RuntimeError" in caplog.text
    assert "kanarien" not in caplog.text


def test_a_need_erased_meanwhile_hears_nothing(watched, config, make_offering):
    with storage.writing() as session:
        session.delete(session.get(Need, watched.need_id))
        watching.tell(session, watched.need_id, [str(UUID(int=1))])
    assert told() == []


def test_nothing_was_published(database, config):
    with storage.writing() as session:
        watch(session, draft(session))
        session.add(Job(task=watching.TASK, payload={}))
    check(replace(config, home=config.home / "empty"))
    with storage.reading() as session:
        assert session.scalar(select(Job.state)) == JobState.DONE


def test_a_publishing_that_fails_is_followed_by_nothing(database, config, make_offering, monkeypatch):
    monkeypatch.setattr(publishing, "point_to", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with storage.writing() as session:
        job = publishing.queue_publish(session)
    run_one(make_tasks(config), job.id)
    assert later_checks() == []
