"""The account of a firm: opened by mail alone, it shows the needs of its address and nobody else's."""

import datetime as dt
import json
import re

import pytest
from sqlalchemy import func, select

from matchmaker.domain import (
    AuditEntry,
    Contact,
    FirmAccount,
    FirmKey,
    FirmSignIn,
    GatheredNeed,
    Job,
    LeadMessage,
    LeadState,
    Mail,
    Need,
    PrivateLink,
    Side,
    SignIn,
    Watch,
)
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import run_one
from matchmaker.services import links, purging
from matchmaker.services.firms import opening
from matchmaker.services.mail import letters
from matchmaker.tasks import make_tasks
from tests.making import add_lead, add_need, add_person
from tests.services.leads.test_erasing import traces

FIRM = "firm@haimen.example"
OTHER = "other@nantong.example"


@pytest.fixture
def need(session):
    return add_need(session, title="Bracket test")


def private(session, config, need):
    """Return the path of a need's private page."""
    return f"/en/my/{links.add_link(session, config, need)}"


def mailed(session, config, email=FIRM):
    """Run the jobs, and return the paths of the links to accounts that were mailed to an address since the last time."""
    session.commit()
    for job in session.scalars(select(Job).where(Job.task == opening.TASK, Job.state == "queued")).all():
        run_one(make_tasks(config), job.id)
    paths = []
    for mail in session.scalars(select(Mail).where(Mail.notice == opening.NOTICE, Mail.status == "queued")).all():
        prepared = letters.prepare(session, config, mail.id)
        mail.deliver(utc_now())
        assert prepared.key is None
        if prepared.message["To"] == email:
            paths += re.findall(r"https?://[^/\s]+(/\S+)", prepared.message.get_content())
    session.commit()
    return paths


@pytest.fixture
def ask(client, session, config):
    """A function that asks for the link of an address; returns the paths that were mailed."""
    def ask(email=FIRM):
        assert client.post("/en/firm/open", data={"email": email}).location == "/en/firm/on-its-way"
        return mailed(session, config, email)

    return ask


@pytest.fixture
def enter(app, ask):
    """A function that gives a browser in which the account of an address is open."""
    def enter(email=FIRM):
        (path,) = ask(email)
        browser = app.test_client()
        assert browser.post(path).location == "/en/firm"
        return browser

    return enter


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_firm_gathers_its_needs_from_its_private_page(client, session, config, read, need, make_offering, lang):
    lead = add_lead(session, make_offering(session), need, state=LeadState.INFO_REQUESTED)
    session.add(LeadMessage(lead_id=lead.id, side=Side.PLATFORM, words="Which alloy?"))
    add_need(session, title="A second need")
    page = private(session, config, need).replace("/en/", f"/{lang}/")
    assert FIRM in read(page).text
    assert client.post(f"{page}/gather").location == f"/{lang}/firm/on-its-way"
    read(f"/{lang}/firm/on-its-way")
    (path,) = mailed(session, config)
    for _again in range(2):
        read(path.replace("/en/", f"/{lang}/"))
    assert session.scalar(select(FirmAccount)) is None, "to open the page proves nothing: mail programs do"
    assert client.post(path.replace("/en/", f"/{lang}/")).location == f"/{lang}/firm"
    mine = read(f"/{lang}/firm")
    assert "Bracket test" in mine.text
    assert "A second need" not in mine.text
    assert {"en": "1 unread message", "zh": "1 条未读"}[lang] in mine.text
    assert {"en": "1 platform waits for your answer", "zh": "等"}[lang] in mine.text
    (way,) = mine.all("a", href=f"/{lang}/firm/needs/{need.id}")
    opened = client.get(way["href"])
    assert opened.status_code == 302
    inside = read(opened.location)
    assert "Which alloy?" in inside.text
    assert inside.all("a", href=f"/{lang}/firm"), "the private page leads back"
    assert client.get(way["href"]).location == opened.location, "the same browser gets the same link"
    assert session.scalar(select(func.count()).select_from(PrivateLink)) == 2


def test_a_link_works_once_and_all_of_an_address_end_together(client, ask, need):
    first, second = ask()[0], ask()[0]
    assert client.post(second).status_code == 303
    for path in (first, second):
        assert client.get(path).status_code == client.post(path).status_code == 404


def test_an_old_link_says_that_it_is_old(client, ask, need, session):
    (path,) = ask()
    session.scalars(select(FirmKey)).one().expires_at = utc_now()
    session.commit()
    assert client.get(path).status_code == client.post(path).status_code == 410


def test_the_answer_is_the_same_and_so_is_the_work(client, session, need, statements, enter):
    """Whether an address is unknown, has a need or has an account: the same statements in the same order."""
    enter("firm@haimen.example")
    add_need(session, contact={"email": "need@haimen.example"})
    session.commit()
    work = []
    for email in (FIRM, "need@haimen.example", OTHER):
        statements.clear()
        answer = client.post("/en/firm/open", data={"email": email})
        assert (answer.status_code, answer.location) == (303, "/en/firm/on-its-way")
        work.append([sent for sent in statements if "SAVEPOINT" not in sent])
        job = session.scalars(select(Job).where(Job.task == opening.TASK).order_by(Job.id.desc())).first()
        assert set(job.payload) == {"contacts"}
        assert email not in str(job.payload)
    assert work[0] == work[1] == work[2]


def test_nobody_gets_a_mail_at_an_address_without_a_need(ask, need, session):
    assert ask(OTHER) == []
    assert session.scalars(select(Mail)).all() == []


def test_asking_is_limited_for_an_address_and_for_a_place(client, need):
    sent = [client.post("/en/firm/open", data={"email": email}).status_code for email in (FIRM,) * 4]
    assert sent == [303, 303, 303, 429]
    sent = [client.post("/en/firm/open", data={"email": f"{number}@a.example"}).status_code for number in range(20)]
    assert sent.count(429) == 3


def test_what_fills_in_every_field_gets_nothing(client, need, session):
    assert client.post("/en/firm/open", data={"email": FIRM, "website": "x"}).status_code == 303
    assert session.scalars(select(Job).where(Job.task == opening.TASK)).all() == []


def test_a_browser_keeps_nothing_of_before(app, ask, need, session):
    """Threat 17: neither a planted cookie nor somebody's sign-in is carried into the account."""
    person = add_person(session, "reviewer@jianghai.example", "jianghai")
    session.add(SignIn(person_id=person.id, key_hash="0" * 64, expires_at=utc_now() + dt.timedelta(hours=1)))
    (path,) = ask()
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie |= {"firm": "planted", "csrf_token": "planted", "anything": "planted"}
    browser.post(path)
    with browser.session_transaction() as cookie:
        assert set(cookie) == {"firm"}
        assert cookie["firm"] != "planted"


def test_who_signs_in_for_an_organisation_closes_the_account(app, enter, need, session):
    add_person(session, "reviewer@jianghai.example", "jianghai")
    browser = enter()
    browser.post("/en/sign-in", data={"email": "reviewer@jianghai.example", "password": "a long enough password"})
    assert browser.get("/en/firm").location == "/en/firm/open"
    assert session.scalars(select(FirmSignIn)).all() == []


def test_another_firms_need_is_not_found(enter, need, session):
    foreign = add_need(session, title="Foreign", contact={"email": OTHER})
    browser = enter()
    assert "Foreign" not in browser.get("/en/firm").text
    for path, method in ((f"/en/firm/needs/{foreign.id}", "GET"), (f"/en/firm/needs/{foreign.id}/join", "POST"),
                         (f"/en/firm/needs/{foreign.id}/leave", "POST")):
        assert browser.open(path, method=method).status_code == 404, path
    theirs = enter(OTHER)
    assert theirs.get(f"/en/firm/needs/{need.id}").status_code == 404
    assert browser.post(f"/en/firm/needs/{foreign.id}/join").status_code == 404, "it is in another account"
    assert [kept.need_id for kept in session.scalars(select(GatheredNeed).order_by(GatheredNeed.need_id))] == \
        [need.id, foreign.id]


def test_a_need_sent_later_is_named_without_its_words_until_it_is_added(enter, need, session):
    """Anybody can type an address: a stranger's words are not shown to its owner by themselves."""
    browser = enter()
    later = add_need(session, title="Words of a stranger")
    page = browser.get("/en/firm").text
    assert later.reference in page
    assert "Words of a stranger" not in page
    assert browser.get(f"/en/firm/needs/{later.id}").status_code == 404
    assert browser.post(f"/en/firm/needs/{later.id}/join").location == "/en/firm?done=joined"
    assert "Words of a stranger" in browser.get("/en/firm?done=joined").text


def test_typing_somebodys_address_opens_nothing_of_theirs(app, client, session, config, need, ask):
    """Whoever sends a need with another's address gets no mail; who changes the address after the mail, no account."""
    own = add_need(session, title="Attacker", contact={"email": OTHER})
    page = private(session, config, own)
    client.post(f"{page}/gather")
    (path,) = mailed(session, config, OTHER)
    session.scalars(select(Contact).where(Contact.need_id == own.id)).one().email = FIRM
    session.commit()
    assert client.post(path).status_code == 404
    client.post(f"{page}/gather")
    assert mailed(session, config, OTHER) == []
    assert session.scalars(select(GatheredNeed)).all() == []


def test_a_need_that_gets_another_address_leaves_the_account(enter, need, session):
    from matchmaker.domain import Holder
    from matchmaker.services.firms import gathering

    browser = enter()
    gathering.let_go(session, Holder(need.id), FIRM)
    assert "Bracket test" in browser.get("/en/firm").text
    gathering.let_go(session, Holder(need.id), OTHER)
    assert "Bracket test" not in browser.get("/en/firm").text


def test_a_need_taken_out_stays_and_its_opened_link_ends(enter, need, session, config):
    page, browser = private(session, config, need), enter()
    opened = browser.get(f"/en/firm/needs/{need.id}").location
    assert browser.get(opened).status_code == 200
    assert browser.post(f"/en/firm/needs/{need.id}/leave").location == "/en/firm?done=left"
    assert browser.get(opened).status_code == 404
    assert browser.get(page).status_code == 200
    assert browser.get(f"/en/firm/needs/{need.id}").status_code == 404
    assert "No need is in your account" in browser.get("/en/firm").text


def test_signing_out_ends_the_sign_in_and_what_it_opened(app, enter, need, session):
    browser = enter()
    opened = browser.get(f"/en/firm/needs/{need.id}").location
    with browser.session_transaction() as cookie:
        kept = dict(cookie)
    browser.post("/en/firm/sign-out")
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie |= kept
    assert thief.get("/en/firm").location == "/en/firm/open"
    assert thief.get(opened).status_code == 404


def test_a_sign_in_ends_by_itself(enter, need, session):
    browser = enter()
    session.scalars(select(FirmSignIn)).one().expires_at = utc_now()
    session.commit()
    assert browser.get("/en/firm").location == "/en/firm/open"


def test_closing_the_account_keeps_the_needs(enter, need, session, config):
    page, browser = private(session, config, need), enter()
    assert browser.post("/en/firm/close").location == "/en/firm/gone?what=closed"
    assert "still there" in browser.get("/en/firm/gone?what=closed").text
    assert browser.get("/en/firm").location == "/en/firm/open"
    assert browser.get(page).status_code == 200
    assert [session.scalars(select(kind)).all() for kind in (FirmAccount, FirmSignIn, GatheredNeed)] == [[], [], []]


def test_deleting_the_account_leaves_no_trace(enter, need, session, make_offering):
    add_lead(session, make_offering(session), need)
    browser = enter()
    kept = add_need(session, title="Not gathered")
    account, gone = session.scalars(select(FirmAccount)).one(), [need.id.hex, str(need.id)]
    gone += [account.id.hex, str(account.id), account.address_hash]
    assert set(traces(session, *gone)) >= {"need", "lead", "contact", "gathered_need", "firm_account", "firm_sign_in"}
    assert need.reference in browser.get("/en/firm/delete").text
    assert browser.post("/en/firm/delete").location == "/en/firm/gone?what=deleted"
    session.commit()
    assert traces(session, *gone) == {}
    assert [found.id for found in session.scalars(select(Need))] == [kept.id]
    assert "address_hash" not in str([entry.fields for entry in session.scalars(select(AuditEntry))])


def test_erasing_the_last_need_ends_the_account(client, enter, need, session, config):
    enter()
    client.post(f"{private(session, config, need)}/delete")
    assert session.scalars(select(FirmAccount)).all() == []
    assert session.scalars(select(FirmSignIn)).all() == []


def test_all_that_is_stored_is_given_along(enter, need, session):
    browser = enter()
    second = add_need(session, title="Second")
    browser.post(f"/en/firm/needs/{second.id}/join")
    answer = browser.get("/en/firm/data.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="needs.json"'
    data = json.loads(answer.data)
    assert data["address"] == FIRM
    assert data["account"]["created_at"]
    assert len(data["browsers"]) == 1
    assert {entry["need"]["title"] for entry in data["needs"]} == {"Bracket test", "Second"}
    assert all(entry["account"] for entry in data["needs"])
    assert "hash" not in answer.text
    for lang in ("en", "zh"):
        page = browser.get(f"/{lang}/firm/data").text
        assert need.reference in page
        assert second.reference in page
        assert len(re.findall(r'\bid="', page)) == len(set(re.findall(r'\bid="([^"]+)"', page)))


def test_the_queries_are_as_few_for_many_needs_as_for_one(enter, need, session, statements, make_offering):
    def asked():
        statements.clear()
        assert browser.get("/en/firm").status_code == 200
        return len(statements)

    browser, offering = enter(), make_offering(session)
    add_lead(session, offering, need)
    few = asked()
    for _number in range(8):
        another = add_need(session)
        add_lead(session, offering, another)
        session.add(Watch(need_id=another.id))
        browser.post(f"/en/firm/needs/{another.id}/join")
    assert asked() == few


def test_an_account_without_a_need_goes_with_the_next_purge(enter, need, session, config):
    browser = enter()
    browser.post(f"/en/firm/needs/{need.id}/leave")
    session.scalars(select(FirmSignIn)).one().expires_at = utc_now()
    purging.ensure(session)
    session.commit()
    job = session.scalars(select(Job).where(Job.task == purging.TASK)).one()
    run_one(make_tasks(config), job.id)
    session.expire_all()
    assert [session.scalars(select(kind)).all() for kind in (FirmAccount, FirmSignIn)] == [[], []]


def test_news_are_chosen_for_each_need(enter, need, session, published):
    browser = enter()
    assert "checked" not in browser.get("/en/firm").text
    assert browser.post("/en/firm/news", data={"need": str(need.id)}).location == "/en/firm?done=news"
    assert session.get(Watch, need.id).ended_at is None
    assert "checked" in browser.get("/zh/firm").text
    browser.post("/en/firm/news", data={})
    session.expire_all()
    assert session.get(Watch, need.id).ended_at is not None


def test_news_cannot_be_chosen_for_another_firms_need(enter, need, session, published):
    foreign = add_need(session, contact={"email": OTHER})
    browser = enter()
    browser.post("/en/firm/news", data={"need": str(foreign.id)})
    assert session.get(Watch, foreign.id) is None
