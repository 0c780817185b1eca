import pytest
from sqlalchemy import select

from matchmaker.domain import ClockStep, Consent, LeadState, Need, Origin, Service, StepKind
from matchmaker.domain.base import utc_now
from matchmaker.services import links
from matchmaker.services.leads import clocks, consents
from tests.asking import FIRM, begin, offering
from tests.making import add_lead

WORDS = {"en": ("was reminded on", "Passed on to Tianquan", "These fit next best"),
         "zh": ("提醒平台", "已转交给", "匹配度次优")}


def send(session, client, config, **fields):
    key = begin(session, config)[0]
    asked = offering(session)
    answer = client.post(f"/en/needs/{key}/ask", data=FIRM | {"offering": str(asked.id), "recipient": str(
        asked.platform_id)} | fields)
    assert answer.status_code == 303
    return key


@pytest.mark.parametrize("is_ticked", [True, False])
def test_only_who_ticks_the_box_agrees_to_passing_on(session, client, published, read, is_ticked):
    key = send(session, client, published, **({"passes_on": "1"} if is_ticked else {}))
    (consent,) = session.scalars(select(Consent)).all()
    assert (consent.passes_on, consent.text_version) == (is_ticked, consents.current_version())
    page = read(f"/en/my/{key}")
    assert ("may be passed on" in page.text) == ("Passing on" in page.text) == is_ticked


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_box_is_off_and_its_consent_can_be_read_before(session, published, read, lang):
    key = begin(session, published)[0]
    page = read(f"/{lang}/needs/{key}/ask?offering={offering(session).id}")
    assert "checked" not in page.one("input", name="passes_on").attributes
    words = consents.wording(consents.current_version(), lang, "Jianghai").parts["passing_on"]
    assert words in page.text


@pytest.fixture
def lead(session, published):
    return add_lead(session, offering(session))


@pytest.fixture
def key(session, config, lead):
    return links.add_link(session, config, session.get(Need, lead.need_id))


def step(session, lead, kind, **fields):
    session.add(ClockStep(lead_id=lead.id, kind=kind, due_at=lead.due_at, **{"offerings": []} | fields))
    session.flush()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_step_is_on_the_private_page(session, lead, key, read, lang):
    step(session, lead, StepKind.HALF_TIME)
    assert WORDS[lang][0] in read(f"/{lang}/my/{key}").text
    step(session, lead, StepKind.LATE)
    page = read(f"/{lang}/my/{key}")
    lines = [line.text for line in page.all("li") if "Matchmaker" in line.text or "资源对接" in line.text]
    assert len(lines) == 2
    lead.move(LeadState.EXPIRED, Service(), clocks.UNANSWERED)
    child = add_lead(session, offering(session, "gpu"), session.get(Need, lead.need_id), parent_id=lead.id,
                     origin=Origin.REROUTE)
    page = read(f"/{lang}/my/{key}")
    assert WORDS[lang][1] in page.text
    assert [link.text for link in page.all("a", href=f"#lead-{child.id}")] == ["Tianquan"]
    assert WORDS[lang][0] not in page.text.split("L-")[0]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_whom_to_ask_next_is_listed_with_a_way_there(session, lead, key, client, read, lang):
    lead.move(LeadState.EXPIRED, Service(), clocks.UNANSWERED)
    gpu, drop = offering(session, "gpu"), offering(session, "drop")
    step(session, lead, StepKind.NEXT, offerings=[str(gpu.id), str(drop.id)])
    page = read(f"/{lang}/my/{key}")
    assert WORDS[lang][2] in page.text
    found = [link for link in page.all("a") if f"offering={gpu.id}" in link.attributes.get("href", "")]
    assert client.get(found[0]["href"]).status_code == 200
    # Its own platform was asked before, and so is not to be chosen from.
    assert not [link for link in page.all("a") if f"offering={drop.id}" in link.attributes.get("href", "")]
    gpu.status = "withdrawn"
    session.flush()
    assert WORDS[lang][2] not in read(f"/{lang}/my/{key}").text


def test_a_suspended_platform_owes_nothing_and_the_page_says_so(session, lead, key, read):
    lead.platform.suspended_at = utc_now()
    session.flush()
    page = read(f"/en/my/{key}")
    assert "The operator has suspended this platform" in page.text
    assert "Answer promised" not in page.text


def test_a_lead_that_was_passed_on_says_from_whom(session, lead, key, read):
    lead.move(LeadState.EXPIRED, Service(), clocks.UNANSWERED)
    add_lead(session, offering(session, "gpu"), session.get(Need, lead.need_id), parent_id=lead.id)
    assert "Passed on from Jianghai" in read(f"/en/my/{key}").text
