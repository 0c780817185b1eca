import pytest

from matchmaker.domain import OpennessList
from matchmaker.services import lists


@pytest.fixture
def publish(session, make_offering):
    """A function that publishes a list of a platform in a batch."""
    def publish(slug, batch, version=1):
        platform = make_offering(session, platform=slug).platform
        session.add(OpennessList(platform=platform, title={"en": slug}, version=version, batch=batch))
        session.flush()

    return publish


def test_lists_stand_under_their_batches_those_with_most_first(session, publish):
    publish("anxin", 2)
    publish("luban", 1)
    publish("jianghai", 1)
    publish("tianquan", None)
    first, second = lists.batches(session, {"anxin": 1, "luban": 2, "jianghai": 5, "tianquan": 1})
    assert (first.number, first.count, [platform["slug"] for platform in first.platforms]) == (
        1, 7, ["jianghai", "luban"])
    assert (second.number, second.platforms) == (2, [{"slug": "anxin", "name": {"en": "Anxin"}, "count": 1}])


def test_a_platform_is_named_once_a_batch_and_only_with_something_open(session, publish):
    publish("luban", 1)
    publish("luban", 1, version=2)
    publish("anxin", 1)
    (batch,) = lists.batches(session, {"luban": 3})
    assert [platform["slug"] for platform in batch.platforms] == ["luban"]


def test_without_batches_there_are_none(session):
    assert lists.batches(session, {}) == []
