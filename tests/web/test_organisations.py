import pytest
from sqlalchemy import select

from matchmaker.domain import Lead, Offering, Organisation, Role
from matchmaker.domain.base import new_id, utc_now
from tests.making import PASSWORD, add_lead, add_organisation, add_person

PAGE = "/en/operator/organisations"
WHY = "It asks firms for a fee."


@pytest.fixture
def platform(session, make_offering):
    add_lead(session, make_offering(session))
    add_person(session, "r@jianghai.example", "jianghai")
    add_person(session, "e@jianghai.example", "jianghai", Role.LIST_EDITOR)
    session.commit()
    return session.scalars(select(Organisation).where(Organisation.slug == "jianghai")).one()


def sign_in(client, email):
    client.post("/en/sign-in", data={"email": email, "password": PASSWORD})
    return client


@pytest.fixture
def operator(client, session, platform):
    add_organisation(session, "operator", "operator")
    add_person(session, "o@operator.example", "operator", Role.OPERATOR)
    session.commit()
    return sign_in(client, "o@operator.example")


def test_suspend_and_reinstate(operator, session, platform, read):
    path = f"{PAGE}/{platform.id}"
    answer = operator.post(f"{path}/suspend", data={"why": WHY})
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#organisation-{platform.id}")
    session.expire_all()
    assert platform.is_suspended
    page = read(PAGE)
    assert WHY in page.text
    assert page.all("form", action=f"{path}/reinstate")
    assert not page.all("form", action=f"{path}/suspend")
    assert "Random vibration test" not in operator.get("/en/offerings").text
    assert operator.post(f"{path}/reinstate").status_code == 303
    session.expire_all()
    assert not platform.is_suspended
    assert "Random vibration test" in operator.get("/en/offerings").text


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("why", "status"), [("", 422), (" ", 422), ("x" * 1001, 422), (None, 422)])
def test_a_bad_reason_is_refused_at_its_field(operator, session, platform, lang, why, status):
    answer = operator.post(f"/{lang}/operator/organisations/{platform.id}/suspend", data={"why": why} if why is not None else {})
    assert answer.status_code == status
    assert f'id="why-{platform.id}-fault"' in answer.text
    session.expire_all()
    assert not platform.is_suspended


def test_what_cannot_be_suspended_says_why(operator, session):
    own = session.scalars(select(Organisation).where(Organisation.slug == "operator")).one()
    answer = operator.post(f"{PAGE}/{own.id}/suspend", data={"why": WHY})
    assert answer.status_code == 409
    assert "Only platforms are suspended" in answer.text
    for act in ("suspend", "reinstate", "verify", "promise"):
        assert operator.post(f"{PAGE}/{new_id()}/{act}", data={"why": WHY, "days": "3"}).status_code == 404


def test_verify_and_promise(operator, session, platform):
    for value, expected in (("1", True), ("1", True), ("0", False)):
        operator.post(f"{PAGE}/{platform.id}/verify", data={"verified": value})
        session.expire_all()
        assert platform.verified is expected
    assert operator.post(f"{PAGE}/{platform.id}/promise", data={"days": "3"}).status_code == 409
    for days in ("0", "-1", "x", "366"):
        assert operator.post(f"{PAGE}/{platform.id}/promise", data={"days": days}).status_code == 422


@pytest.fixture
def suspended(session, platform):
    platform.suspended_at, platform.suspended_why = utc_now(), WHY
    session.commit()
    return platform


@pytest.mark.parametrize(("email", "path"), [("r@jianghai.example", "/en/leads"), ("e@jianghai.example", "/en/platform/offerings"),
                                             ("r@jianghai.example", "/en/account")])
def test_its_people_read_with_the_reason_above(client, suspended, email, path):
    page = sign_in(client, email).get(path)
    assert page.status_code == 200
    assert WHY in page.text


def test_its_people_change_nothing_and_are_told_why(client, session, suspended):
    lead, offering = session.scalars(select(Lead)).one(), session.scalars(select(Offering)).one()
    sign_in(client, "r@jianghai.example")
    assert client.get(f"/en/leads/{lead.id}").status_code == 200
    for step in ("decisions", "notes", "assign"):
        answer = client.post(f"/en/leads/{lead.id}/{step}", data={"action": "accept", "note": "x", "seen": lead.version})
        assert answer.status_code == 403
        assert "The operator has suspended your platform" in answer.text
        assert WHY in answer.text
    sign_in(client, "e@jianghai.example")
    assert client.post(f"/en/platform/offerings/{offering.id}/capacity", data={"available": "1"}).status_code == 403
    assert client.post("/en/sign-out").status_code == 303


def test_others_see_nothing_of_it(client, session, suspended):
    add_person(session, "r@tianquan.example", "tianquan")
    session.commit()
    assert WHY not in sign_in(client, "r@tianquan.example").get("/en/leads").text
    assert client.get(PAGE).status_code == 403
