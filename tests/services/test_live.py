"""Whatever is committed to the catalogue is in every answer from then on, without another publishing."""

import os
import random
import threading
import time
from contextlib import ExitStack

import numpy as np
import pytest
from sqlalchemy import select, text

from matchmaker import storage
from matchmaker.domain import Offering, OfferingStatus, Organisation
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import run_one
from matchmaker.services import keeping, live, matching, publishing
from matchmaker.services.catalogue import to_public
from matchmaker.storage.queries import changes
from matchmaker.storage.queries.jobs import unfinished_jobs
from matchmaker.tasks import make_tasks

FULL = {"unit": "slot", "maximum": 3, "available": 0, "updated_at": None}
FREE = FULL | {"available": 1}
NEED = {"problem": "随机振动试验"}


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Take changes in without a pause."""
    monkeypatch.setattr(live, "PAUSE", 0)


@pytest.fixture
def publish(database, config):
    """A function that publishes what the database has."""
    def publish():
        with storage.writing() as session:
            job = publishing.queue_publish(session)
        run_one(make_tasks(config), job.id)

    return publish


@pytest.fixture
def made(publish, make_offering):
    """The ids of two published offerings that answer the same need; the second only in Zhejiang."""
    with storage.writing() as session:
        ids = [make_offering(session).id, make_offering(session, eligibility={"regions": ["330000"]}).id]
    publish()
    return ids


def change(id, **fields):
    with storage.writing() as session:
        offering = session.get(Offering, id)
        for name, value in fields.items():
            setattr(offering, name, value)
        offering.version += 1


def answer(config, need=NEED, region="330100"):
    index = matching.current_index(config)
    return matching.match(index, need | {"organisation": {"region": region}})


def ids(found):
    return {one["offering"]["id"] for one in found}


@pytest.mark.parametrize("fields", [{"status": OfferingStatus.WITHDRAWN}, {"status": OfferingStatus.SUSPENDED},
                                    {"status": OfferingStatus.EXPIRED}])
@pytest.mark.parametrize("region", ["330100", "320500"])
def test_what_closes_is_nowhere_in_the_next_answer(made, config, fields, region):
    second = str(made[1])
    shown = answer(config, region=region)
    assert second in ids(shown["matches"]) | ids(shown["near_misses"])
    change(made[1], **fields)
    shown = answer(config, region=region)
    assert second not in ids(shown["matches"]) | ids(shown["near_misses"])
    assert shown["eligible"] + shown["excluded"] == 1
    assert not matching.compare(matching.current_index(config), NEED, [second])["matches"]
    change(made[1], status=OfferingStatus.PUBLISHED)
    shown = answer(config, region=region)
    assert second in ids(shown["matches"]) | ids(shown["near_misses"])


def test_what_is_full_is_no_match_and_says_why(made, config):
    change(made[0], capacity=FULL)
    shown = answer(config)
    assert ids(shown["matches"]) == {str(made[1])}
    (near,) = shown["near_misses"]
    assert [rule["name"] for rule in near["rules"]] == ["room"]
    change(made[0], capacity=FREE)
    assert ids(answer(config)["matches"]) == {str(made[0]), str(made[1])}


def test_what_was_deleted_is_gone(made, config):
    with storage.writing() as session:
        session.delete(session.get(Offering, made[0]))
    assert ids(answer(config)["matches"]) == {str(made[1])}


def test_what_is_new_is_found_also_by_words_that_no_text_had(made, config, make_offering):
    with storage.writing() as session:
        new = make_offering(session, title={"en": "Xylomancy of zorbium plates"}, summary={}, description={}, keywords=[])
    shown = answer(config, {"problem": "zorbium xylomancy"})
    assert shown["matches"][0]["offering"]["id"] == str(new.id)
    assert "zorbium" in " ".join(shown["matches"][0]["words"]).lower()


def test_what_is_changed_is_found_by_its_new_words_and_not_by_its_old(made, config):
    change(made[0], title={"en": "Zorbium plates"}, summary={"en": ""}, description={"en": ""}, keywords=[])
    assert ids(answer(config)["matches"]) == {str(made[1])}
    (first, *_) = answer(config, {"problem": "zorbium"})["matches"]
    assert first["offering"]["title"] == {"en": "Zorbium plates"}


def test_a_new_name_of_a_platform_is_in_all_its_offerings(made, config):
    with storage.writing() as session:
        session.scalar(select(Organisation)).name = {"en": "Renamed"}
    assert {one["offering"]["platform"]["name"]["en"] for one in answer(config)["matches"]} == {"Renamed"}


def stand(slug, suspended_at):
    with storage.writing() as session:
        session.scalar(select(Organisation).where(Organisation.slug == slug)).suspended_at = suspended_at


def test_a_suspended_platform_is_in_no_answer_from_the_next_on(made, publish, config, make_offering):
    with storage.writing() as session:
        other = str(make_offering(session, platform="tianquan").id)
    stand("jianghai", utc_now())
    shown = answer(config)
    assert ids(shown["matches"]) | ids(shown["near_misses"]) == {other}
    publish()
    assert ids(answer(config)["matches"]) == {other}
    stand("jianghai", None)
    assert ids(answer(config)["matches"]) == {other, *map(str, made)}


def test_beyond_the_bound_a_suspended_platform_still_goes_at_once(made, config, monkeypatch):
    monkeypatch.setattr(live, "MOST", 1)
    stand("jianghai", utc_now())
    assert answer(config)["matches"] == []


def test_a_process_of_its_own_knows_within_a_second(made, config, monkeypatch):
    """With the pause that it really makes: it looks again a quarter of a second later."""
    monkeypatch.setattr(live, "PAUSE", 0.25)
    assert answer(config)["matches"]
    stand("jianghai", utc_now())
    end = time.monotonic() + 1
    while answer(config)["matches"]:
        assert time.monotonic() < end


def test_what_is_not_committed_is_nobodys_business(made, config):
    with storage.Sessions() as session:
        session.get(Offering, made[0]).status = OfferingStatus.WITHDRAWN
        if session.get_bind().dialect.name != "sqlite":
            session.flush()
        assert ids(answer(config)["matches"]) == {str(made[0]), str(made[1])}
        session.rollback()


def test_an_answer_begun_before_a_change_goes_on_with_what_it_had(made, config):
    begun = matching.current_index(config)
    change(made[0], status=OfferingStatus.WITHDRAWN)
    answer(config)
    assert ids(matching.match(begun, NEED)["matches"]) == {str(made[0]), str(made[1])}


def test_a_publishing_takes_over_what_was_taken_in(made, publish, config, make_offering):
    with storage.writing() as session:
        make_offering(session)
    before = answer(config)
    assert "+" in before["index_version"]
    publish()
    after = answer(config)
    assert "+" not in after["index_version"]
    assert ids(before["matches"]) == ids(after["matches"])


def test_a_database_older_than_the_index_is_looked_at_whole(made, config, monkeypatch):
    change(made[0], status=OfferingStatus.WITHDRAWN)
    monkeypatch.setattr(matching, "_held", {})
    read = matching.store.read_manifest
    monkeypatch.setattr(matching.store, "read_manifest", lambda folder: read(folder) | {"changes": 10**6})
    assert ids(answer(config)["matches"]) == {str(made[1])}


def test_beyond_the_bound_what_closed_still_goes_at_once(made, config, make_offering, monkeypatch):
    monkeypatch.setattr(live, "MOST", 1)
    with storage.writing() as session:
        session.get(Offering, made[0]).status = OfferingStatus.WITHDRAWN
        session.get(Offering, made[1]).title = {"en": "Zorbium"}
        make_offering(session)
    shown = answer(config)
    assert ids(shown["matches"]) == {str(made[1])}
    assert shown["matches"][0]["offering"]["title"] != {"en": "Zorbium"}


def test_a_change_that_commits_later_is_not_numbered_earlier(made, config):
    """Two transactions overlap, the one begun first commits last; a reader between them loses neither."""
    begun, go_on = threading.Event(), threading.Event()

    def slowly():
        with storage.writing() as session:
            if session.get_bind().dialect.name != "sqlite":  # where the write lock already keeps the order
                session.execute(text("SELECT 1"))
                session.get(Offering, made[0]).status = OfferingStatus.WITHDRAWN
                session.flush()
            begun.set()
            go_on.wait(5 if session.get_bind().dialect.name != "sqlite" else 0)
            session.get(Offering, made[0]).status = OfferingStatus.WITHDRAWN

    slow = threading.Thread(target=slowly)
    slow.start()
    begun.wait()
    change(made[1], status=OfferingStatus.WITHDRAWN)
    assert str(made[1]) not in ids(answer(config)["matches"])
    go_on.set()
    slow.join()
    assert answer(config)["matches"] == []


def test_the_index_holds_what_its_manifest_says_and_perhaps_more(made, publish, config):
    with storage.reading() as session:
        newest = changes.newest(session)
    assert 0 < matching.store.read_manifest(publishing.current_folder(config.index_folder))["changes"] <= newest


@pytest.mark.parametrize(("many", "is_due"), [(2, False), (1, True)])
def test_the_index_is_built_anew_when_much_has_changed(made, config, monkeypatch, many, is_due):
    monkeypatch.setattr(keeping, "MANY", many)
    change(made[0], status=OfferingStatus.WITHDRAWN)
    with storage.writing() as session:
        keeping.ensure(session)
        keeping.ensure(session)
    run_one(make_tasks(config), keeping.ID)
    with storage.reading() as session:
        assert len(unfinished_jobs(session, publishing.TASK)) == is_due
        (job,) = unfinished_jobs(session, keeping.TASK)
    assert job.lease_until is not None
    assert job.attempt == 0


def lose(path):
    path.unlink()


def overwrite(path):
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    later = time.time() + 1
    os.utime(path, (later, later))


@pytest.mark.parametrize("name", ["owners.npy", "manifest.json"])
@pytest.mark.parametrize("damage", [lose, overwrite])
def test_a_damaged_index_is_built_anew(made, config, damage, name):
    with storage.reading() as session:
        assert not keeping.is_due(session, config)
    damage(publishing.current_folder(config.index_folder) / name)
    with storage.reading() as session:
        assert keeping.is_due(session, config)


def test_the_arrays_of_the_published_texts_are_shared(made, config):
    before = matching.current_index(config).catalogue
    change(made[0], status=OfferingStatus.WITHDRAWN)
    change(made[1], title={"en": "Zorbium"})
    after = matching.current_index(config).catalogue
    for name, matrix in before.ranker.postings_.items():
        assert np.shares_memory(matrix.data, after.ranker.postings_[name].data)


@pytest.mark.parametrize("seed", [0, 5, 7, 13])
def test_after_any_changes_what_is_found_is_what_the_database_has(made, publish, config, make_offering, seed):
    """And all of it as if the published index had seen the last state only, in whatever portions it came."""
    draw = random.Random(seed)
    published = matching.current_index(config).catalogue
    words = "vibration zorbium 振动 盐雾 laser 阀门 pump 高低温".split()
    known = list(made)
    for _ in range(12):
        with storage.writing() as session:
            for _ in range(draw.randint(1, 3)):
                said = " ".join(draw.choices(words, k=4))
                act = draw.choice(["add", "change", "move", "fill"])
                if act == "add":
                    known.append(make_offering(session, title={draw.choice(["zh", "en"]): said}, summary={},
                                               description={}, keywords=[]).id)
                    continue
                offering = session.get(Offering, draw.choice(known))
                offering.version += 1
                if act == "change":
                    offering.title = {"en": said}
                elif act == "move":
                    offering.status = draw.choice([OfferingStatus.PUBLISHED, OfferingStatus.WITHDRAWN])
                else:
                    offering.capacity = draw.choice([FULL, FREE])
        if draw.random() < 0.7:
            matching.current_index(config)
        if draw.random() < 0.1:
            publish()
            published = matching.current_index(config).catalogue
    now = matching.current_index(config).catalogue
    with storage.reading() as session:
        touched = changes.offerings_by_id(session, known)
        open_now = [to_public(found) for found in touched if found.status == OfferingStatus.PUBLISHED]
    assert sorted(now.ids[~now.is_gone].tolist() if now.is_gone is not None else now.ids.tolist()) == sorted(
        one["id"] for one in open_now)
    afresh = published.changed({str(one) for one in known}, open_now, now.version)
    index = matching.current_index(config)
    for need in ("vibration test with zorbium", "振动 盐雾 试验", "laser pump"):
        one, other = (matching.match(matching.Index(catalogue, index.model, index.folder), {"problem": need}, top=50)
                      for catalogue in (now, afresh))
        assert one == other


@pytest.mark.parametrize("seed", range(3))
def test_after_any_suspensions_what_is_found_is_what_the_database_has(made, publish, config, make_offering, seed):
    """Whoever suspends, reinstates, adds, withdraws and publishes, in whatever order and portions."""
    draw = random.Random(seed)
    known = list(made)
    with storage.writing() as session:
        known += [make_offering(session, platform=slug).id for slug in ("tianquan", "qinghe")]
    for _ in range(20):
        with storage.writing() as session:
            for _ in range(draw.randint(1, 2)):
                act = draw.choice(["add", "move", "suspend", "suspend"])
                if act == "add":
                    known.append(make_offering(session, platform=draw.choice(["jianghai", "tianquan", "qinghe"])).id)
                elif act == "move":
                    offering = session.get(Offering, draw.choice(known))
                    offering.status = draw.choice([OfferingStatus.PUBLISHED, OfferingStatus.WITHDRAWN])
                    offering.version += 1
                else:
                    platform = draw.choice(session.scalars(select(Organisation).order_by(Organisation.id)).all())
                    platform.suspended_at = None if platform.is_suspended else utc_now()
        if draw.random() < 0.1:
            publish()
        now = matching.current_index(config).catalogue
        with storage.reading() as session:
            listed = {str(one.id) for one in changes.offerings_by_id(session, known)
                      if one.status == OfferingStatus.PUBLISHED and one.platform.suspended_at is None}
        assert set(now.ids[~now.is_gone].tolist() if now.is_gone is not None else now.ids.tolist()) == listed


def test_requests_go_on_with_the_old_index_while_a_new_one_is_read(made, publish, config, monkeypatch):
    before = matching.current_index(config)
    go_on, load = threading.Event(), matching.store.load

    def slowly(*arguments, **options):
        go_on.wait(10)
        return load(*arguments, **options)

    monkeypatch.setattr(matching.store, "load", slowly)
    monkeypatch.setattr(matching, "PATIENCE", 0.01)
    publish()
    assert matching.current_index(config).folder == before.folder
    assert ids(answer(config)["matches"]) == {str(made[0]), str(made[1])}
    go_on.set()
    with matching._lock:
        pass
    assert matching.current_index(config).folder.name == "000002"


def test_threads_that_all_hold_a_connection_do_not_wait_for_each_other(made, config):
    matching.current_index(config)
    change(made[0], capacity=FULL)
    with ExitStack() as held:
        for _ in range(20):
            held.enter_context(storage.reading()).execute(text("select 1"))
        assert len(answer(config)["matches"]) == 1
