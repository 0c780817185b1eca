import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker.domain import (
    Invitation,
    LeadState,
    Membership,
    OneTimeKey,
    Organisation,
    OrganisationRole,
    Person,
    Role,
    SignIn,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.people import grantable
from matchmaker.services import access
from matchmaker.services.people import team
from tests.mailed import newest_link, newest_text, notices
from tests.making import PASSWORD, add_lead, add_organisation, add_person, member

ADMIN, NEW, OTHER = "admin@jianghai.example", "new@jianghai.example", "other@jianghai.example"
GOOD = "seven grey herons wait"

pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture
def place(session):
    return add_organisation(session, "jianghai")


@pytest.fixture
def admin(session, place):
    return add_person(session, ADMIN, "jianghai", Role.ADMIN)


@pytest.fixture
def enter(app):
    """A function that gives a browser in which somebody has signed in."""
    def enter(email, password=PASSWORD):
        browser = app.test_client()
        assert browser.post("/en/sign-in", data={"email": email, "password": password}).status_code == 303
        return browser

    return enter


@pytest.fixture
def browser(admin, enter):
    return enter(ADMIN)


@pytest.fixture
def post(browser, place):
    """A function that sends a form of the people page."""
    def post(rest, **data):
        return browser.post(f"/en/organisation/people/{place.id}/{rest}", data=data)

    return post


def invite(post, email=NEW, roles=("reviewer",), language="en"):
    return post("invitations", email=email, roles=list(roles), language=language)


def roles_of(session, email):
    return {held.role for held in session.scalars(select(Membership).join(Person).where(Person.email == email))}


def test_an_invitation_leads_to_a_team(browser, post, client, enter, session, config, place):
    assert invite(post, NEW.upper(), ["reviewer", "list_editor"]).status_code == 303
    page = browser.get("/en/organisation/people").text
    assert NEW in page
    assert "can be accepted until" in page
    assert "Reviewer, List editor" in page
    link = newest_link(session, config, NEW)
    shown = client.get(link).text
    assert "Jianghai" in shown
    assert NEW in shown
    assert client.post(link, data={"name": "A. New", "password": GOOD}).location == "/en/joined"
    assert client.get("/en/joined").status_code == 200
    assert roles_of(session, NEW) == {Role.REVIEWER, Role.LIST_EDITOR}
    assert enter(NEW, GOOD).get("/en/leads").status_code == 200
    assert "A. New" in browser.get("/en/organisation/people").text
    assert client.get(link).status_code == 404


def test_the_mail_says_what_it_is_in_the_language_chosen(post, session, config):
    invite(post, language="zh")
    text = newest_text(session, config, NEW)
    assert "jianghai" in text
    assert "/zh/join/" in text
    assert not any(word in text for word in ("invite", "link"))


def test_a_link_is_stored_as_a_hash_and_once_only(post, session, config):
    invite(post)
    link = newest_link(session, config, NEW)
    (kept,) = session.scalars(select(OneTimeKey))
    assert kept.key_hash not in link
    assert len(link.rpartition("/")[2]) == 32


WRONG_AT_JOINING = [
    ({}, "This is needed"), ({"name": "A"}, "This is needed"), ({"password": GOOD}, "This is needed"),
    ({"name": "A", "password": "short"}, "at least 12"), ({"name": "A", "password": "a" * 40}, "again and again"),
    ({"name": "A", "password": "123456789012345"}, "again and again"),
    ({"name": "A", "password": "new@jianghai.example"}, "mostly your name"),
    ({"name": "A", "password": "x" * 1001}, "at most 1000"), ({"name": "A", "password": "x\x00" + GOOD}, "This is needed"),
    ({"name": "\x00", "password": GOOD}, "cannot be stored"), ({"name": "A" * 201, "password": GOOD}, "at most 200"),
]


def test_what_is_wrong_at_joining_is_said_and_the_link_stays(client, post, session, config):
    invite(post)
    link = newest_link(session, config, NEW)
    for data, words in WRONG_AT_JOINING:
        refused = client.post(link, data=data)
        assert refused.status_code == 422, data
        assert words in refused.text, data
        assert GOOD not in refused.text
    assert client.get(link).status_code == 200


def test_who_has_a_password_keeps_it(client, post, enter, session, config):
    add_person(session, OTHER, "qinghe", Role.REVIEWER, name="Already Here")
    invite(post, OTHER)
    link = newest_link(session, config, OTHER)
    assert "password" not in client.get(link).text.replace("You have a password here already", "")
    assert client.post(link, data={"name": "Thief", "password": GOOD}).status_code == 303
    assert enter(OTHER, PASSWORD).get("/en/account").status_code == 200
    assert session.scalar(select(Person.name).where(Person.email == OTHER)) == "Already Here"
    assert roles_of(session, OTHER) == {Role.REVIEWER}
    assert len(session.scalars(select(Membership).join(Person).where(Person.email == OTHER)).all()) == 2


def test_an_invitation_tells_nothing_of_who_is_known(browser, post, session):
    add_person(session, OTHER, "qinghe", name="Secret Name")
    assert invite(post, OTHER).status_code == invite(post, NEW).status_code == 303
    assert "Secret Name" not in browser.get("/en/organisation/people").text


def test_nobody_is_invited_twice(post, session, place):
    assert invite(post, ADMIN).status_code == 409
    assert invite(post).status_code == 303
    again = invite(post)
    assert again.status_code == 409
    assert "invited already" in again.text
    assert notices(session, NEW) == ["invited"]


def test_a_new_link_replaces_the_earlier(post, client, session, config):
    invite(post)
    (sent,) = session.scalars(select(Invitation))
    first = newest_link(session, config, NEW)
    assert post(f"invitations/{sent.id}/resend").status_code == 303
    second = newest_link(session, config, NEW)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


def test_an_invitation_expires_and_can_be_sent_again(browser, post, client, session, config):
    invite(post)
    link = newest_link(session, config, NEW)
    for kind in (Invitation, OneTimeKey):
        session.scalars(select(kind)).one().expires_at = utc_now() - dt.timedelta(seconds=1)
    session.flush()
    assert client.get(link).status_code == client.post(link, data={"name": "A", "password": GOOD}).status_code == 410
    assert "expired" in browser.get("/en/organisation/people").text
    post(f"invitations/{session.scalars(select(Invitation)).one().id}/resend")
    assert client.get(newest_link(session, config, NEW)).status_code == 200


def test_a_withdrawn_invitation_opens_nothing_and_leaves_no_address(post, client, session, config):
    invite(post)
    link = newest_link(session, config, NEW)
    path = f"invitations/{session.scalars(select(Invitation)).one().id}/withdraw"
    assert post(path).status_code == 303
    assert client.get(link).status_code == 404
    assert session.scalar(select(Person).where(Person.email == NEW)) is None
    assert post(path).status_code == 404


def test_an_invited_address_can_do_nothing_before(client, post, session):
    invite(post)
    assert client.post("/en/sign-in", data={"email": NEW, "password": ""}).status_code == 422
    assert roles_of(session, NEW) == set()


def test_roles_change_at_once(post, enter, session, place):
    other = add_person(session, OTHER, "jianghai")
    theirs = enter(OTHER)
    assert theirs.get("/en/leads").status_code == 200
    assert post(f"{other.id}/roles", roles=["list_editor"]).status_code == 303
    assert theirs.get("/en/leads").status_code == 403
    assert theirs.get("/en/platform/offerings").status_code == 200


def test_who_is_removed_is_refused_everything_at_once(post, enter, session, make_offering):
    other = add_person(session, OTHER, "jianghai")
    lead = add_lead(session, make_offering(session), state=LeadState.IN_REVIEW, assignee_id=other.id)
    theirs = enter(OTHER)
    assert post(f"{other.id}/remove").status_code == 303
    for path in ("/en/leads", "/en/account", f"/en/leads/{lead.id}"):
        assert theirs.get(path).location.startswith("/en/sign-in")
    session.refresh(lead)
    assert lead.assignee_id is None
    assert all(kept.ended_at for kept in session.scalars(select(SignIn).where(SignIn.person_id == other.id)))
    assert post(f"{other.id}/remove").status_code == 404


def test_who_belongs_elsewhere_too_stays_signed_in(post, enter, session):
    other = add_person(session, OTHER, "jianghai")
    session.add(Membership(person=other, organisation=add_organisation(session, "qinghe"), role=Role.REVIEWER))
    session.flush()
    theirs = enter(OTHER)
    post(f"{other.id}/remove")
    assert theirs.get("/en/leads").status_code == 200


def test_the_last_administrator_stays(browser, post, admin, session):
    for path, data in ((f"{admin.id}/remove", {}), (f"{admin.id}/roles", {"roles": ["reviewer"]})):
        refused = post(path, **data)
        assert refused.status_code == 409
        assert "somebody else administrator" in refused.text
    other = add_person(session, OTHER, "jianghai", Role.ADMIN)
    assert post(f"{admin.id}/roles", roles=["reviewer"]).status_code == 303
    assert browser.get("/en/organisation/people").status_code == 403
    with pytest.raises(team.Conflict):
        team.remove(session, member(session, other), other.memberships[0].organisation_id, other.id)


def test_only_roles_of_the_organisation_are_given(post, session, admin):
    other = add_person(session, OTHER, "jianghai")
    for roles in ([], ["operator"], ["reviewer", "operator"], ["nonsense"], ["reviewer"] * 20):
        assert invite(post, roles=roles).status_code == post(f"{other.id}/roles", roles=roles).status_code == 422, roles
    assert roles_of(session, OTHER) == {Role.REVIEWER}
    assert roles_of(session, NEW) == set()


def test_only_an_operators_organisation_makes_operators():
    for kind in OrganisationRole:
        given = grantable(Organisation(roles=[kind.value]))
        assert (Role.OPERATOR in given) == (kind == OrganisationRole.OPERATOR)


def test_only_administrators_see_the_page(enter, session):
    for role in set(Role) - {Role.ADMIN}:
        add_person(session, f"{role}@jianghai.example", "jianghai", role)
        assert enter(f"{role}@jianghai.example").get("/en/organisation/people").status_code == 403, role


def test_an_administrator_elsewhere_finds_nothing(app, enter, post, session, place, admin):
    """Every address with another organisation's ids, and with one's own organisation and another's people."""
    add_person(session, OTHER, "qinghe", Role.ADMIN)
    theirs, own = enter(OTHER), add_organisation(session, "qinghe")
    invite(post)
    (sent,) = session.scalars(select(Invitation))
    for organisation in (place, own):
        for rest in (f"invitations/{sent.id}/resend", f"invitations/{sent.id}/withdraw", f"{admin.id}/roles",
                     f"{admin.id}/remove"):
            answer = theirs.post(f"/en/organisation/people/{organisation.id}/{rest}", data={"roles": ["reviewer"]})
            assert answer.status_code == 404, rest
    assert theirs.post(f"/en/organisation/people/{place.id}/invitations",
                       data={"email": "x@x.example", "roles": ["admin"]}).status_code == 404
    for given in (place.id, new_id(), "x"):
        assert theirs.get(f"/en/organisation/people?organisation={given}").status_code == 404
    assert roles_of(session, ADMIN) == {Role.ADMIN}
    assert access.rule_of(app.view_functions["web_people.people"]) == access.ADMIN


def test_an_address_gets_few_invitations(post, session):
    invite(post)
    (sent,) = session.scalars(select(Invitation))
    statuses = [post(f"invitations/{sent.id}/resend").status_code for _ in range(5)]
    assert statuses == [303, 303, 303, 303, 429]


def test_the_operator_adds_an_organisation_with_its_administrator(app, enter, client, session, config):
    add_person(session, "op@operator.example", "operator", Role.OPERATOR)
    theirs = enter("op@operator.example")
    data = {"name_zh": "江海", "name_en": "River & Sea", "slug": "River-Sea", "kind": "platform", "email": NEW,
            "language": "en"}
    assert theirs.get("/en/operator/organisations/new").status_code == 200
    assert theirs.post("/en/operator/organisations/new", data=data).status_code == 303
    found = session.scalar(select(Organisation).where(Organisation.slug == "river-sea"))
    assert (found.name, found.roles, found.verified) == ({"zh": "江海", "en": "River & Sea"}, ["platform"], True)
    link = newest_link(session, config, NEW)
    assert client.post(link, data={"name": "First", "password": GOOD}).status_code == 303
    assert roles_of(session, NEW) == {Role.ADMIN}
    assert enter(NEW, GOOD).get("/en/organisation/people").status_code == 200
    assert theirs.post("/en/operator/organisations/new", data=data).status_code == 409


WRONG_ORGANISATIONS = [{"name_zh": "", "name_en": " "}, {"slug": "Ä"}, {"slug": ""}, {"kind": "x"},
                       {"kind": None}, {"email": "x"}, {"language": "fr"},
                       {"unified_social_credit_code": "91320600MA1WRONG0X"}]


def test_what_is_wrong_with_an_organisation_is_said(enter, session):
    add_person(session, "op@operator.example", "operator", Role.OPERATOR)
    theirs = enter("op@operator.example")
    for change in WRONG_ORGANISATIONS:
        data = {"name_en": "River", "slug": "river", "kind": "incubator", "email": NEW, "language": "en"} | change
        refused = theirs.post("/en/operator/organisations/new", data={
            name: value for name, value in data.items() if value is not None})
        assert refused.status_code == 422, change
        assert "problem" in refused.text
    assert session.scalar(select(Organisation).where(Organisation.slug == "river")) is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_are_whole_in_both_languages(browser, post, client, session, config, language, read):
    invite(post)
    link = newest_link(session, config, NEW).replace("/en/", f"/{language}/")
    assert len(read(link).all("h1")) == 1
    assert f'lang="{language}"' in browser.get(f"/{language}/organisation/people").text
