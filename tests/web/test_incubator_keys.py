import re

import pytest
from sqlalchemy import select

from matchmaker.domain import ApiKey, Role
from matchmaker.services.referrals import keys
from tests.making import PASSWORD, add_person

PAGE = "/en/incubator/keys"
FORM = {"name": "Nightly export", "scopes": ["referrals:write", "referrals:read"], "is_live": "true"}


@pytest.fixture
def incubator(client, session):
    """The browser of somebody who refers firms for an incubator."""
    add_person(session, "referrer@incubator.example", "incubator", Role.REFERRER)
    client.post("/en/sign-in", data={"email": "referrer@incubator.example", "password": PASSWORD})
    return client


def key_in(answer) -> str:
    return re.search(r"mm_(?:live|test)_[a-z2-9]{8}_[\w-]{43}", answer.text)[0]


def test_a_key_is_shown_once_and_works(incubator, session, config):
    made = incubator.post(PAGE, data=FORM)
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    text = key_in(made)
    assert keys.caller(session, config, f"Bearer {text}").client.is_live
    again = incubator.get(PAGE).text
    assert text not in again
    assert text[:16] in again


@pytest.mark.parametrize(("form", "name"), [
    ({"name": ""}, "name"), ({"scopes": []}, "scopes"), ({"scopes": ["referrals:everything"]}, "scopes"),
    ({"days": "0"}, "days"), ({"days": "soon"}, "days"), ({"name": "x" * 999}, "name"), ({"is_live": "perhaps"}, "is_live"),
], ids=["no name", "no scope", "made-up scope", "no day", "days in words", "long name", "unknown kind"])
def test_what_cannot_be_used_is_said_at_its_field(incubator, session, form, name):
    answer = incubator.post(PAGE, data=FORM | form)
    assert answer.status_code == 422
    assert f'href="#f-{name}"' in answer.text
    assert not session.scalars(select(ApiKey)).all()


def test_a_key_is_replaced_and_revoked(incubator, session):
    incubator.post(PAGE, data=FORM)
    made = session.scalars(select(ApiKey)).one()
    replaced = incubator.post(f"{PAGE}/{made.id}/rotate")
    assert key_in(replaced)[:16] != made.prefix
    assert incubator.post(f"{PAGE}/{made.id}/rotate").status_code == 409
    assert incubator.post(f"{PAGE}/{made.id}/revoke").location == PAGE
    assert "Revoked" in incubator.get(PAGE).text
    assert "已吊销" in incubator.get(PAGE.replace("/en", "/zh")).text
