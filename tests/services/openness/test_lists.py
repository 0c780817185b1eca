"""From a draft to a published version: what takes effect, what stays, what nobody may do."""

import datetime as dt
import hashlib

import pytest
from sqlalchemy import select

from matchmaker.domain import ListVersion, Offering, OfferingStatus, TargetUnit, UnitState, VersionStatus
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.services import formats
from matchmaker.services.openness import batches, desk, differences, drafting, public, stepping
from matchmaker.services.openness.drafting import Start
from matchmaker.services.openness.stepping import Step
from tests.listing import draft, editor, operator, publish, take


@pytest.fixture
def platform(session, make_offering):
    """A platform with three open offerings."""
    for number in ("a", "b", "c"):
        found = make_offering(session, external_id=number, contact="desk@jianghai.example", price_max=1000,
                              price_min=500, currency="CNY")
        found.content_hash = Offering.hash_content(found.content)
    session.flush()
    return found.platform


@pytest.fixture
def who(session, platform):
    return editor(session)


def offering(session, number):
    return session.scalars(select(Offering).where(Offering.external_id == number)).one()


def test_a_first_version_lists_what_is_open(session, config, platform, who):
    version = draft(session, who, platform)
    assert [entry.external_id for entry in version.entries] == ["a", "b", "c"]
    publish(session, config, version)
    assert (version.status, version.number, version.openness_list.version) == (VersionStatus.PUBLISHED, 1, 1)
    assert version.content_hash == hashlib.sha256(version.document.encode()).hexdigest()
    assert version.is_sound
    assert "desk@" not in version.document
    version.document = version.document.replace("500", "501")
    assert not version.is_sound


def test_publishing_opens_what_is_new_changes_what_is_said_and_withdraws_what_is_left_out(session, config, platform, who):
    publish(session, config, draft(session, who, platform))
    second = draft(session, who, platform, Start.LAST)
    drafting.choose(session, who, second.id, {"a", "b"})
    changed = next(entry for entry in second.entries if entry.external_id == "a")
    changed.content = changed.content | {"price_max": 800}
    drafting.put(second, [changed.content | {"external_id": "d"}], {})
    session.flush()
    # An editor changes something else meanwhile: it stays.
    live = offering(session, "a")
    drafting_content = live.content | {"lead_time_days": 9}
    live.revise(drafting_content, utc_now())
    publish(session, config, second)
    assert (live.price_max, live.lead_time_days, live.status) == (800, 9, OfferingStatus.PUBLISHED)
    assert offering(session, "b").status == OfferingStatus.PUBLISHED
    assert offering(session, "c").status == OfferingStatus.WITHDRAWN
    assert offering(session, "d").status == OfferingStatus.PUBLISHED
    found = public.version(session, "jianghai", 2)
    assert [content["external_id"] for content in found.difference.added] == ["d"]
    assert [content["external_id"] for content in found.difference.removed] == ["c"]
    (content, changes), = found.difference.changed
    assert (content["external_id"], [(change.name, change.before, change.after) for change in changes]) == (
        "a", [("price_max", 1000, 800)])


def test_what_was_never_listed_stays_when_a_version_leaves_it_out(session, config, platform, who):
    version = draft(session, who, platform)
    drafting.choose(session, who, version.id, {"a"})
    publish(session, config, version)
    assert offering(session, "c").status == OfferingStatus.PUBLISHED


def test_a_draft_of_the_catalogue_is_opened_as_it_was_reviewed(session, config, platform, who, make_offering):
    made = make_offering(session, external_id="new", status=OfferingStatus.DRAFT, title={"en": "As reviewed"})
    version = draft(session, who, platform)
    drafting.choose(session, who, version.id, {"a", "new"})
    take(session, who, version, Step.SUBMIT)
    made.revise(made.content | {"title": {"en": "Changed behind the operator's back"}}, utc_now())
    publish(session, config, version)
    assert (made.status, made.title) == (OfferingStatus.PUBLISHED, {"en": "As reviewed"})


def test_a_published_version_does_not_change_any_more(session, config, platform, who):
    version = draft(session, who, platform)
    publish(session, config, version)
    for act in (lambda: drafting.choose(session, who, version.id, {"a"}),
                lambda: drafting.describe(session, who, version.id, {}),
                lambda: drafting.discard(session, who, version.id),
                lambda: take(session, who, version, Step.TAKE_BACK)):
        with pytest.raises(Conflict):
            act()


def test_one_version_at_a_time_is_drafted(session, platform, who):
    draft(session, who, platform)
    with pytest.raises(Conflict, match="not published yet"):
        draft(session, who, platform)


def test_whose_step_it_is(session, config, platform, who):
    boss, stranger, version = operator(session), editor(session, "qinghe"), draft(session, who, platform)
    with pytest.raises(NotFound):
        take(session, stranger, version, Step.SUBMIT)
    with pytest.raises(NotFound):
        desk.open_version(session, boss, version.id)
    with pytest.raises(Forbidden):
        draft(session, stranger, platform)
    with pytest.raises(Forbidden):
        draft(session, boss, platform)
    take(session, who, version, Step.SUBMIT)
    with pytest.raises(Forbidden):
        take(session, who, version, Step.ACCEPT)
    with pytest.raises(Invalid, match="Say why"):
        take(session, boss, version, Step.RETURN)
    take(session, boss, version, Step.RETURN, "The prices are missing.")
    assert version.status == VersionStatus.DRAFT
    take(session, who, version, Step.SUBMIT)
    seen = stepping.stamp(version)
    take(session, boss, version, Step.ACCEPT)
    with pytest.raises(Conflict, match="has changed since"):
        stepping.take(session, boss, version.id, Step.RETURN, why="No", seen=seen)


def test_an_empty_list_and_one_that_is_over_are_not_submitted(session, platform, who):
    version = draft(session, who, platform, Start.EMPTY)
    with pytest.raises(Invalid, match="nothing on the list"):
        take(session, who, version, Step.SUBMIT)
    drafting.choose(session, who, version.id, {"a"})
    version.valid_through = formats.today() - dt.timedelta(days=1)
    session.flush()
    with pytest.raises(Conflict, match="validity is over"):
        take(session, who, version, Step.SUBMIT)


def test_a_scheduled_batch_holds_its_lists(session, config, platform, who):
    boss, version = operator(session), draft(session, who, platform)
    take(session, who, version, Step.SUBMIT)
    take(session, boss, version, Step.ACCEPT)
    batch = batches.plan(session, {"en": "Next"})
    with pytest.raises(Invalid, match="at least one"):
        batches.schedule(session, batch.id)
    batches.arrange(session, batch.id, {"en": "Next"}, [version.id])
    batches.schedule(session, batch.id, utc_now() + dt.timedelta(days=2))
    with pytest.raises(Conflict, match="waits to be published"):
        take(session, who, version, Step.TAKE_BACK)
    with pytest.raises(Conflict):
        batches.arrange(session, batch.id, {"en": "Next"}, [])
    batches.stop(session, batch.id)
    take(session, who, version, Step.TAKE_BACK)
    assert (version.batch_id, version.status) == (None, VersionStatus.DRAFT)


def test_a_suspended_platform_waits_for_another_batch(session, config, platform, who, make_offering):
    other = make_offering(session, platform="qinghe").platform
    mine, theirs = draft(session, who, platform), draft(session, editor(session, "qinghe"), other)
    boss = operator(session)
    other.suspended_at = utc_now()
    for version, person in ((mine, who), (theirs, editor(session, "qinghe"))):
        take(session, person, version, Step.SUBMIT)
        take(session, boss, version, Step.ACCEPT)
    batch = batches.plan(session, {"en": "Both"})
    batches.arrange(session, batch.id, {"en": "Both"}, [mine.id, theirs.id])
    assert batches.publish(session, batch, utc_now(), config) == 1
    assert (theirs.status, theirs.batch_id) == (VersionStatus.ACCEPTED, None)
    assert [entry.version.id for entry in public.overview(session).in_force] == [mine.id]


def test_batches_are_compared_over_all_lists(session, config, platform, who, make_offering):
    make_offering(session, platform="qinghe", external_id="q")
    other = offering(session, "q").platform
    publish(session, config, draft(session, who, platform))
    publish(session, config, draft(session, editor(session, "qinghe"), other))
    second = draft(session, who, platform)
    drafting.choose(session, who, second.id, {"a", "b"})
    publish(session, config, second)
    last = public.batch(session, 3)
    assert (last.since, [(version.number, change.removed[0]["external_id"]) for version, change in last.moved]) == (
        2, [(2, "c")])
    whole = public.batch(session, 3, since=1)
    assert sorted((len(change.added), len(change.removed)) for _version, change in whole.moved) == [(0, 1), (1, 0)]
    for number, since, error in ((4, None, NotFound), (2, 2, Invalid), (2, 3, Invalid)):
        with pytest.raises(error):
            public.batch(session, number, since)


def test_what_is_free_just_now_is_no_difference():
    before = {"external_id": "a", "capacity": {"unit": "day", "maximum": 5, "available": 1}, "verified_at": "2026-01-01"}
    after = before | {"capacity": {"unit": "day", "maximum": 5, "available": 4}, "verified_at": "2026-02-01"}
    assert differences.between([before], [after]).is_empty
    more = before | {"capacity": {"unit": "day", "maximum": 9, "available": 1}}
    assert not differences.between([before], [more]).is_empty


def test_a_published_batch_counts_at_once_and_scenarios_are_proposed_once(session, config, platform, who, make_offering):
    make_offering(session, external_id="scene", kind_code="scenario", themes=["silver_economy"], regions=["320500"])
    publish(session, config, draft(session, who, platform))
    publish(session, config, draft(session, who, platform))
    units = session.scalars(select(TargetUnit).order_by(TargetUnit.target, TargetUnit.id)).all()
    assert [(unit.target, unit.state) for unit in units] == [
        ("batches", UnitState.VERIFIED), ("batches", UnitState.VERIFIED), ("scenarios", UnitState.PROPOSED)]
    assert (units[2].region, units[2].theme, units[2].evidence[0]["url"]) == (
        "320000", "silver_economy", "/openness/lists/jianghai/1")


def test_two_who_change_a_draft_at_once_do_not_overwrite_each_other(session, platform, who):
    version = draft(session, who, platform)
    seen = stepping.stamp(version)
    drafting.choose(session, who, version.id, {"a"})
    with pytest.raises(Conflict, match="has changed since"):
        stepping.take(session, who, version.id, Step.SUBMIT, seen=seen)
    assert session.scalars(select(ListVersion)).one().status == VersionStatus.DRAFT
