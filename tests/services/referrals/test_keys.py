import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from matchmaker.domain import ApiKey, ApiKeyUse, Role, Scope
from matchmaker.domain.base import new_id, utc_now
from matchmaker.errors import Conflict, Forbidden, NotFound, SignInNeeded
from matchmaker.services.referrals import keys
from tests.making import add_person, member

BOTH = (Scope.WRITE, Scope.READ)


@pytest.fixture
def people(session):
    """Somebody who refers for one incubator, and somebody who does for another."""
    return [member(session, add_person(session, f"{slug}@incubators.example", slug, Role.REFERRER))
            for slug in ("incubator", "rival")]


def called(session, config, text: str):
    return keys.caller(session, config, f"Bearer {text}")


def test_a_key_says_who_calls_and_what_they_may(session, config, people):
    made, text = keys.make(session, config, people[0], "Export", [Scope.READ], is_live=True)
    known = called(session, config, text)
    assert (known.client.organisation_id, known.client.scopes, known.client.is_live) == (
        keys.home_of(people[0]), {Scope.READ}, True)
    assert text.startswith(made.prefix)
    assert session.get(ApiKeyUse, made.id).at is not None


@pytest.mark.parametrize("spoil", [
    lambda text: text[:-1] + ("a" if text[-1] != "a" else "b"), lambda text: text[:16], lambda text: "",
    lambda text: text.replace("live", "test"), lambda text: text + "\x00", lambda text: "ｍ" + text[1:],
], ids=["last sign", "prefix alone", "nothing", "other kind", "longer", "wide"])
def test_any_other_text_opens_nothing(session, config, people, spoil):
    _made, text = keys.make(session, config, people[0], "Export", BOTH, is_live=True)
    with pytest.raises(SignInNeeded):
        called(session, config, spoil(text))
    with pytest.raises(SignInNeeded):
        keys.caller(session, config, text)


def test_the_key_itself_is_stored_nowhere_and_the_secret_counts(session, config, people):
    made, text = keys.make(session, config, people[0], "Export", BOTH, is_live=True)
    stored = " ".join(str(getattr(made, column.key)) for column in ApiKey.__table__.columns)
    assert text.removeprefix(made.prefix + "_") not in stored
    with pytest.raises(SignInNeeded):
        called(session, replace(config, secret_key="another-Secret0123456789-abcdefghijkl"), text)


def test_revoked_and_expired_keys_are_no_good(session, config, people):
    made, text = keys.make(session, config, people[0], "Export", BOTH, is_live=True)
    _old, ended = keys.make(session, config, people[0], "Old", BOTH, is_live=True, expires_at=utc_now())
    keys.revoke(session, people[0], made.id)
    keys.revoke(session, people[0], made.id)
    for gone in (text, ended):
        with pytest.raises(SignInNeeded):
            called(session, config, gone)


def test_after_replacing_both_keys_are_good_for_a_while(session, config, people, monkeypatch):
    made, text = keys.make(session, config, people[0], "Export", [Scope.READ], is_live=False)
    new, other = keys.rotate(session, config, people[0], made.id)
    assert (new.scopes, new.is_live, made.replaced_by) == (made.scopes, made.is_live, new.id)
    assert called(session, config, text).client.api_key_id == made.id
    assert called(session, config, other).client.api_key_id == new.id
    with pytest.raises(Conflict):
        keys.rotate(session, config, people[0], made.id)
    later = utc_now() + keys.OVERLAP + dt.timedelta(minutes=1)
    monkeypatch.setattr(keys, "utc_now", lambda: later)
    with pytest.raises(SignInNeeded):
        called(session, config, text)
    assert called(session, config, other)


def test_nobody_touches_the_keys_of_another_incubator(session, config, people):
    made, _text = keys.make(session, config, people[0], "Export", BOTH, is_live=True)
    assert keys.listed(session, people[1]) == []
    for act in (lambda: keys.revoke(session, people[1], made.id), lambda: keys.rotate(session, config, people[1], made.id),
                lambda: keys.revoke(session, people[0], new_id())):
        with pytest.raises(NotFound):
            act()
    reviewer = member(session, add_person(session, "reviewer@jianghai.example", "jianghai"))
    with pytest.raises(Forbidden):
        keys.make(session, config, reviewer, "Export", BOTH, is_live=True)


def test_there_are_only_so_many_keys(session, config, people, monkeypatch):
    monkeypatch.setattr(keys, "MOST", 2)
    made = [keys.make(session, config, people[0], "Export", BOTH, is_live=True)[0] for _ in range(2)]
    with pytest.raises(Conflict):
        keys.make(session, config, people[0], "Export", BOTH, is_live=True)
    keys.revoke(session, people[0], made[0].id)
    keys.make(session, config, people[0], "Export", BOTH, is_live=True)


def test_calls_are_counted_down(session, config, people, monkeypatch):
    monkeypatch.setattr(keys, "CALLS_A_MINUTE", 2)
    _made, text = keys.make(session, config, people[0], "Export", BOTH, is_live=True)
    assert [called(session, config, text).budget.left for _ in range(4)] == [1, 0, -1, -1]
    assert session.scalar(select(ApiKeyUse.at)) is not None
