import datetime as dt
import gzip
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from matchmaker.domain import Attachment, Need, NeedStatus, PrivateLink, Ranking
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services import attachments, drafts, links, matching
from matchmaker.web.firms import steps

PROBLEM = "Random vibration test of a bracket by GB/T 2423.10, with a CNAS report"
TOLD = PROBLEM + " in Nantong before 31 March 2027 for 30,000 yuan"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
PDF = b"%PDF-1.7\n" + b"x" * 100


@pytest.fixture(autouse=True)
def _index(published):
    """Every test here has something to match with."""


@pytest.fixture
def begin(session, config):
    """A function that begins a draft and returns its key."""
    def begin(problem=PROBLEM, **fields):
        key = links.new_key()
        answers = {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
        drafts.create(session, config, key, {"problem": [problem], **answers})
        return key

    return begin


@pytest.fixture
def answers(session):
    """A function that returns the answers of the draft with a key."""
    def answers(key):
        need = drafts.held(session, links.holder(session, key))
        session.refresh(need)
        return need.answers

    return answers


@pytest.fixture
def post(client):
    """A function that sends a form and returns where the answer leads."""
    def post(path, data=None, **options):
        answer = client.post(path, data=data or {}, **options)
        assert answer.status_code == 303, answer.text[:2000]
        return answer.location

    return post


def titles(page):
    return [heading.text for heading in page.all("h3") if heading.attributes.get("id", "").startswith("match-")]


def needs(session):
    return session.scalars(select(Need)).all()


def file(content=PDF, name="drawing.pdf"):
    return {"file": (io.BytesIO(content), name)}


def sent_as_file(content, **fields):
    """Return a form with a large file, as bytes: the test client would leave a temporary file open."""
    boundary, body = encode_multipart(fields | {"file": FileStorage(io.BytesIO(content), "drawing.pdf")})
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


# The beginning


def test_the_form_asks_for_the_problem_first(read):
    page = read("/en/needs/new")
    first = next(element for element in page.elements if element.tag in ("input", "textarea", "select")
                 and element.attributes.get("type") not in ("hidden",) and element["name"] != "website")
    assert first["name"] == "problem"
    assert page.one("label", for_="f-problem").text == page.one("h1").text
    assert "Step 1 of 6" in page.text
    assert "checked" in page.one("input", value="seeks_resource").attributes
    assert "kept for 30 days under a private link" in page.text


def test_a_need_begins_with_its_problem_and_goes_on(read, post, session):
    key = read("/en/needs/new").one("input", name="key")["value"]
    location = post("/en/needs/new", {"problem": PROBLEM, "direction": "seeks_resource", "key": key})
    assert location == f"/en/needs/{key.partition('.')[0]}/resource"
    (need,) = needs(session)
    assert need.answers == {"problem": [PROBLEM], "direction": ["seeks_resource"]}
    assert need.status == NeedStatus.DRAFT
    assert "Step 2 of 6" in read(location).text


def test_a_form_sent_twice_begins_one_draft(read, post, session):
    form = {"problem": PROBLEM, "key": read("/en/needs/new").one("input", name="key")["value"]}
    assert post("/en/needs/new", form) == post("/en/needs/new", form | {"problem": "Drop test"})
    assert [need.answers for need in needs(session)] == [{"problem": ["Drop test"]}]


@pytest.mark.parametrize("key", ["", "mine", "a" * 32 + ".forged"])
def test_nobody_chooses_their_own_key(post, session, key):
    location = post("/en/needs/new", {"problem": PROBLEM, "key": key})
    assert key.partition(".")[0] not in location.split("/") or not key
    assert len(needs(session)) == 1


def test_a_form_sent_again_after_the_need_was_sent_changes_nothing(read, post, session):
    form = {"problem": PROBLEM, "key": read("/en/needs/new").one("input", name="key")["value"]}
    location = post("/en/needs/new", form)
    needs(session)[0].open(utc_now())
    session.commit()
    assert post("/en/needs/new", form | {"problem": "Other"}) == location
    assert needs(session)[0].answers["problem"] == [PROBLEM]
    key = form["key"].partition(".")[0]
    assert post(location, {"kinds": "compute"}) == f"/en/my/{key}"


def test_the_quick_field_of_the_start_page_begins_a_need(read, post, session):
    start = read("/en/")
    assert start.one("form", class_="ask")["action"] == "/en/needs/new"
    key = start.one("input", name="key")["value"]
    location = post("/en/needs/new", {start.one("textarea", id="ask")["name"]: PROBLEM, "key": key})
    assert location.endswith("/resource")
    assert "seeks_resource" not in str(needs(session)[0].answers)


def test_an_offerings_page_chooses_the_kind(read, post, session):
    page = read("/en/needs/new?kinds=laboratory&kinds=moon&problem=Drop+test&nonsense=1")
    assert page.one("textarea", id="f-problem").texts == ["\nDrop test"]
    assert [kind["value"] for kind in page.all("input", name="kinds")] == ["laboratory"]
    location = post("/en/needs/new", {"problem": "Drop test", "kinds": ["laboratory", "moon"]})
    assert needs(session)[0].answers["kinds"] == ["laboratory"]
    assert "checked" in read(location).one("input", value="laboratory").attributes


@pytest.mark.parametrize("problem", ["", "   ", "x" * 50_001])
def test_without_a_usable_problem_nothing_begins(read, session, problem):
    page = read("/en/needs/new", 422, data={"problem": problem, "direction": "seeks_scenario"})
    summary = page.one("div", class_="summary")
    assert (summary["role"], summary["tabindex"]) == ("alert", "-1")
    assert page.one("a", href="#f-problem").text.startswith("What do you need: ")
    assert page.one("textarea", id="f-problem")["aria-invalid"] == "true"
    assert page.one("title").text.startswith("Error: ")
    assert "checked" in page.one("input", value="seeks_scenario").attributes
    assert needs(session) == []


def test_faults_are_said_in_chinese(read):
    page = read("/zh/needs/new", 422, data={})
    assert "请说明您需要什么，一句话即可。" in page.one("div", class_="summary").text


def test_a_program_that_fills_in_every_field_is_led_on_and_nothing_is_stored(read, post, session):
    form = {"problem": PROBLEM, "key": read("/en/needs/new").one("input", name="key")["value"], "website": "spam"}
    assert post("/en/needs/new", form).endswith("/resource")
    assert needs(session) == []


def test_many_drafts_from_one_address_are_too_many(client, post, session):
    for _number in range(60):
        post("/en/needs/new", {"problem": PROBLEM})
    answer = client.post("/en/needs/new", data={"problem": PROBLEM})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert len(needs(session)) == 60
    post("/en/needs/new", {"problem": PROBLEM}, environ_base={"REMOTE_ADDR": "203.0.113.7"})


def test_the_form_needs_its_token(app, client, begin):
    app.config["WTF_CSRF_ENABLED"] = True
    key = begin()
    for path in ("/en/needs/new", f"/en/needs/{key}/terms", f"/en/needs/{key}/files"):
        assert client.post(path, data={"problem": PROBLEM}).status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/en/needs/new").text)[1]
    assert client.post("/en/needs/new", data={"problem": PROBLEM, "csrf_token": token}).status_code == 303


# The steps


def test_each_step_leads_to_the_next_and_back(read, post, begin):
    key = begin()
    location = f"/en/needs/{key}/problem"
    backs = []
    for step in steps.STEPS:
        page = read(location)
        backs += [link["href"] for place in page.all("p", class_="back") for link in page.all("a") if place.text
                  and link.text == "Back"]
        location = post(location, {"problem": PROBLEM} if step == "problem" else {})
        assert location == f"/en/needs/{key}/{steps.after(step)}"
    assert backs == [f"/en/needs/{key}/{step}" for step in ("problem", "resource", "terms", "conditions")]
    check = read(location)
    assert check.one("p", class_="back").text == "Back"
    assert check.one("a", class_="btn-primary")["href"] == f"/en/needs/{key}/results"


def test_a_step_replaces_its_own_fields_only(post, begin, answers):
    key = begin(region="320600", organisation_size_class="small")
    post(f"/en/needs/{key}/terms", {"delivery": ["remote", "mail_in"], "region": " ", "kinds": "compute",
                                    "organisation_size_class": "large"})
    assert answers(key) == {"problem": [PROBLEM], "delivery": ["remote", "mail_in"], "organisation_size_class": ["small"]}


def test_every_step_leads_to_the_results_and_keeps_what_was_typed(post, begin, answers):
    key = begin()
    for step, field in (("problem", "problem"), ("resource", "themes"), ("terms", "region"),
                        ("conditions", "nice_to_haves"), ("firm", "organisation_founded")):
        value = {"problem": "Drop test", "themes": "low_carbon", "region": "110000", "nice_to_haves": "soon",
                 "organisation_founded": "2020"}[field]
        assert post(f"/en/needs/{key}/{step}", {field: value, "then": "results"}) == f"/en/needs/{key}/results"
        assert answers(key)[field] == [value]


@pytest.mark.parametrize("origin", ["check", "results"])
def test_who_comes_to_change_something_gets_back(read, post, begin, origin):
    key = begin()
    page = read(f"/en/needs/{key}/terms?from={origin}")
    action = page.one("form", id="need")["action"]
    assert parse_qs(urlsplit(action).query) == {"from": [origin]}
    assert page.one("p", class_="back").text == "Back"
    assert f"/en/needs/{key}/{origin}" in [link["href"] for link in page.all("a")]
    assert post(action) == f"/en/needs/{key}/{origin}"
    assert post(f"/en/needs/{key}/terms?from=//evil.example") == f"/en/needs/{key}/conditions"


def test_every_page_leads_back_from_the_answers(read, begin):
    key = begin()
    links_ = [link["href"] for link in read(f"/en/needs/{key}/check").all("a")]
    assert [f"/en/needs/{key}/{step}?from=check" in links_ for step in steps.STEPS] == [True] * 5
    links_ = [link["href"] for link in read(f"/en/needs/{key}/results").all("a")]
    assert [f"/en/needs/{key}/{step}?from=results" in links_ for step in steps.STEPS] == [True] * 5


OVER = [
    ("problem", {"problem": "x" * 50_001}), ("problem", {"problem": "  "}),
    ("problem", {"problem": PROBLEM, "direction": "seeks_luck"}),
    ("resource", {"kinds": "moon"}), ("resource", {"kinds": [f"k{n}" for n in range(31)]}),
    ("resource", {"themes": "moon"}), ("resource", {"trl_now": "10"}), ("resource", {"trl_now": "x"}),
    ("terms", {"needed_by": "2201-01-01"}), ("terms", {"needed_by": "soon"}), ("terms", {"region": "999999"}),
    ("terms", {"delivery": "by_pigeon"}), ("terms", {"budget_max": "9" * 61}), ("terms", {"budget_max": "-1"}),
    ("terms", {"budget_max": "1", "currency": "XXY"}), ("terms", {"vouchers_held": "x" * 201}),
    ("terms", {"vouchers_held": ",".join(f"v{n}" for n in range(31))}),
    ("conditions", {"must_haves": "x" * 301}), ("conditions", {"must_haves": "\n".join(map(str, range(31)))}),
    ("conditions", {"nice_to_haves": "x" * 301}), ("conditions", {"nice_to_haves": "\n".join(map(str, range(31)))}),
    ("conditions", {"excluded_platforms": "x" * 64}),
    ("conditions", {"excluded_platforms": [f"p{n}" for n in range(101)]}),
    ("firm", {"organisation_size_class": "giant"}), ("firm", {"organisation_is_one_person": "perhaps"}),
    ("firm", {"organisation_region": "999999"}), ("firm", {"organisation_founded": "3021"}),
    ("firm", {"organisation_industry": "ZZ"}), ("firm", {"organisation_certifications": "best"}),
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("step", "sent"), OVER, ids=[f"{step}-{next(reversed(sent))}" for step, sent in OVER])
def test_a_field_over_its_limit_is_said_on_its_step(read, begin, answers, step, sent, language):
    key = begin()
    page = read(f"/{language}/needs/{key}/{step}", 422, data=sent)
    field = next(reversed(sent))
    target = f"f-{field}".replace("_", "-")
    assert page.one("a", href=f"#{target}")
    assert page.all("p", id=f"{target}-fault")
    assert page.one("title").text.startswith({"en": "Error: ", "zh": "错误："}[language])
    assert answers(key) == {"problem": [PROBLEM]}
    typed = {element.attributes.get("value") for element in page.all("input", name=field)}
    typed |= {element.text for element in page.all("textarea", name=field)}
    if field in ("budget_max", "needed_by", "vouchers_held", "organisation_founded"):
        assert sent[field] in typed


def test_faults_of_other_steps_do_not_stand_in_the_way(post, begin):
    key = begin(organisation_founded="3021")
    assert post(f"/en/needs/{key}/terms", {"region": "110000"}).endswith("/conditions")


def test_answers_that_are_wrong_by_now_lead_to_their_step(read, client, begin):
    key = begin(kinds=["moon"])
    for path in ("results", "compare"):
        answer = client.get(f"/en/needs/{key}/{path}")
        assert (answer.status_code, answer.location) == (303, f"/en/needs/{key}/resource")
    assert "problem" in read(f"/en/needs/{key}/resource").one("div", class_="summary").text
    assert read(f"/en/needs/{key}/check").one("h1").text == "Check your answers"


@pytest.mark.parametrize("path", ["resource", "terms", "conditions", "firm", "check"])
def test_without_a_problem_every_step_leads_to_it(client, session, config, path):
    key = links.new_key()
    drafts.create(session, config, key, {"region": ["110000"]})
    answer = client.get(f"/en/needs/{key}/{path}")
    assert (answer.status_code, answer.location) == (303, f"/en/needs/{key}/problem")
    if path != "check":
        assert client.post(f"/en/needs/{key}/{path}", data={}).location == f"/en/needs/{key}/problem"
    assert client.get(f"/en/needs/{key}/results").location == f"/en/needs/{key}/problem"
    assert client.get(f"/en/needs/{key}/problem").status_code == 200


def test_steps_may_be_taken_in_any_order(read, begin):
    key = begin()
    for step in ("firm", "resource", "check", "conditions", "problem", "results", "terms"):
        read(f"/en/needs/{key}/{step}")


PATHS = [*steps.STEPS, "check", "results", "compare"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", PATHS)
def test_a_link_that_opens_nothing_says_so(read, begin, session, path, language):
    page = read(f"/{language}/needs/{links.new_key()}/{path}", 404)
    assert page.one("html")["lang"] == language
    key = begin()
    session.scalar(select(PrivateLink)).expires_at = utc_now() - dt.timedelta(seconds=1)
    session.flush()
    read(f"/{language}/needs/{key}/{path}", 410)
    if path in steps.STEPS:
        read(f"/{language}/needs/{key}/{path}", 410, data={"problem": "x"})
        read(f"/{language}/needs/{links.new_key()}/{path}", 404, data={"problem": "x"})


def test_each_key_opens_its_own_draft_alone(read, post, begin, answers):
    mine, other = begin("My own secret brew"), begin("Another firm's idea")
    for path in PATHS[:-1]:
        page = read(f"/en/needs/{mine}/{path}")
        assert "Another firm" not in page.text
        assert other not in str([element.attributes for element in page.elements])
    post(f"/en/needs/{mine}/terms", {"region": "110000"})
    assert "region" not in answers(other)


@pytest.mark.parametrize("path", ["moon", "checks", "new/results"])
def test_there_are_no_other_steps(client, begin, path):
    assert client.get(f"/en/needs/{begin()}/{path}").status_code == 404


def test_a_need_that_was_sent_is_followed_and_no_longer_changed(client, begin, session, answers, config):
    key = begin()
    need = drafts.held(session, links.holder(session, key))
    drafts.fill(need, {"problem": PROBLEM})
    need.open(utc_now())
    session.flush()
    for path in (*steps.STEPS, "check"):
        answer = client.get(f"/en/needs/{key}/{path}")
        assert (answer.status_code, answer.location) == (303, f"/en/my/{key}")
    for path in (*steps.STEPS, "files", f"files/{new_id()}/remove"):
        answer = client.post(f"/en/needs/{key}/{path}", data={"problem": "Other"} | file())
        assert (answer.status_code, answer.location) == (303, f"/en/my/{key}")
    assert answers(key) == {"problem": [PROBLEM]}
    page = client.get(f"/en/needs/{key}/results").text
    assert f"Need {need.reference}" in page
    assert f"/en/my/{key}" in page
    assert "from=results" not in page
    assert client.get(f"/en/needs/{key}/compare").status_code == 422


# What was understood


def test_what_was_read_in_the_words_is_proposed_and_not_stored(read, post, begin, answers):
    key = begin(TOLD)
    terms = read(f"/en/needs/{key}/terms")
    assert terms.one("input", id="f-needed-by")["value"] == "2027-03-31"
    assert terms.one("input", id="f-budget-max")["value"] == "30000"
    assert "selected" in terms.one("option", value="320600").attributes
    assert len(terms.all("span", class_="read")) == 3
    post(f"/en/needs/{key}/terms", {"needed_by": "2027-03-31", "region": "320600", "budget_max": "30000",
                                    "currency": "CNY"})
    assert answers(key) == {"problem": [TOLD]}
    assert "CN¥30,000 from your words" in read(f"/en/needs/{key}/check").text
    post(f"/en/needs/{key}/terms", {"needed_by": "2027-03-31", "region": "320600", "budget_max": "20000",
                                    "currency": "CNY"})
    assert answers(key) == {"problem": [TOLD], "budget_max": ["20000"], "currency": ["CNY"]}
    assert "CN¥20,000 from" not in read(f"/en/needs/{key}/check").text


def test_the_profile_is_shown_for_correction(read, post, begin, answers):
    key = begin(TOLD)
    page = read(f"/en/needs/{key}/resource")
    assert "GB/T 2423.10" in [chip.text for chip in page.all("li", class_="chip")]
    ticked = [box["value"] for box in page.all("input", name="kinds") if "checked" in box.attributes]
    assert ticked
    post(f"/en/needs/{key}/resource", {"kinds": ticked})
    assert "kinds" not in answers(key)
    post(f"/en/needs/{key}/resource", {"kinds": ["compute"]})
    assert answers(key)["kinds"] == ["compute"]
    chips = [chip.text for chip in read(f"/en/needs/{key}/results").all("li", class_="chip")]
    assert chips[0] == "Computing power"


def test_who_seeks_a_scenario_finds_it_ticked(read, begin):
    page = read(f"/en/needs/{begin(direction='seeks_scenario')}/resource")
    assert "checked" in page.one("input", value="scenario").attributes


def test_the_answers_are_listed_with_what_was_said(read, begin):
    key = begin(must_haves="CNAS\nCMA", organisation_size_class="small", organisation_is_one_person="false",
                excluded_platforms="tianquan")
    page = read(f"/en/needs/{key}/check")
    said = [(term.text, words.text) for term, words in zip(page.all("dt"), page.all("dd"), strict=True)]
    assert ("Platforms to leave out", "Tianquan") in said
    assert ("Is it a one-person company", "No") in said
    assert "CNASCMA" in dict(said)["It must have"].replace(" ", "")
    assert page.text.count("Not said") == 1


# The change of language


def test_the_language_changes_and_what_was_typed_stays(read, begin, answers, session):
    new = read("/en/needs/new").one("button", class_="switch")
    assert (new["formaction"], new["form"], new["name"], new["value"]) == ("/zh/needs/new", "need", "then", "here")
    page = read("/zh/needs/new", data={"problem": "half a", "then": "here", "direction": "seeks_scenario"})
    assert page.one("textarea", id="f-problem").text == "half a"
    assert "checked" in page.one("input", value="seeks_scenario").attributes
    assert page.all("div", class_="summary") == []
    assert needs(session) == []
    key = begin()
    page = read(f"/zh/needs/{key}/terms?from=check", data={"budget_max": "lots", "then": "here"})
    assert page.one("input", id="f-budget-max")["value"] == "lots"
    assert page.one("form", id="need")["action"] == f"/zh/needs/{key}/terms?from=check"
    assert answers(key) == {"problem": [PROBLEM]}


@pytest.mark.parametrize("path", ["", "terms"])
def test_enter_goes_on_and_does_not_change_the_language(read, begin, path):
    page = read(f"/en/needs/{begin()}/{path}" if path else "/en/needs/new")
    first = next(button for button in page.all("button") if button.attributes.get("form") == "need")
    assert "formaction" not in first.attributes
    assert "name" not in first.attributes


@pytest.mark.parametrize("path", ["check", "results?only_kind=compute", "compare?offering=1&offering=2"])
def test_pages_without_a_form_change_their_language_by_a_link(client, begin, path):
    key = begin()
    page = client.get(f"/en/needs/{key}/{path}").text
    assert f'href="/zh/needs/{key}/{path.replace("&", "&amp;")}"' in page


# Files


def test_a_file_is_attached_shown_and_removed(read, post, begin, session, config, answers):
    key = begin()
    location = post(f"/en/needs/{key}/files", {"must_haves": "CNAS"} | file(name="支架.pdf"))
    assert location == f"/en/needs/{key}/conditions#files"
    assert answers(key)["must_haves"] == ["CNAS"]
    kept = session.scalar(select(Attachment))
    assert attachments.path(config, kept).read_bytes() == PDF
    page = read(f"/en/needs/{key}/conditions")
    assert page.one("span", class_="file-name").text == "支架.pdf"
    assert "支架.pdf" in read(f"/en/needs/{key}/check").text
    remove = next(button["formaction"] for button in page.all("button") if "/remove" in
                  button.attributes.get("formaction", ""))
    assert post(remove, {"must_haves": "CMA"}) == f"/en/needs/{key}/conditions#files"
    assert answers(key)["must_haves"] == ["CMA"]
    assert session.scalars(select(Attachment)).all() == []
    assert list(config.attachments.iterdir()) == []


def test_a_chosen_file_is_attached_by_going_on_too(post, begin, session):
    key = begin()
    assert post(f"/en/needs/{key}/conditions", file()).endswith("/firm")
    assert session.scalar(select(Attachment)).name == "drawing.pdf"


def test_going_on_without_a_file_is_no_fault(post, begin):
    key = begin()
    assert post(f"/en/needs/{key}/conditions", file(b"", "")).endswith("/firm")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["files", "conditions"])
@pytest.mark.parametrize("content", [b"", b"dear all", PDF + b"x" * attachments.LARGEST])
def test_a_file_that_is_not_taken_is_said_and_nothing_else_is_lost(read, begin, answers, config, path, content, language):
    key = begin()
    page = read(f"/{language}/needs/{key}/{path}", 422, **sent_as_file(content, must_haves="CNAS"))
    assert page.one("p", id="f-file-fault")
    assert page.one("a", href="#f-file")
    assert page.one("textarea", id="f-must-haves").text == "CNAS"
    assert answers(key) == {"problem": [PROBLEM]}
    assert not config.attachments.exists() or list(config.attachments.iterdir()) == []


def test_attaching_nothing_is_said(read, begin):
    page = read(f"/en/needs/{begin()}/files", 422, data={"must_haves": "CNAS"})
    assert page.one("p", id="f-file-fault").text == "Error: Choose a file first."
    assert page.one("textarea", id="f-must-haves").text == "CNAS"


@pytest.mark.parametrize("path", ["files", "conditions"])
def test_far_too_large_a_form_gets_a_page_with_the_limit(read, begin, path):
    page = read(f"/en/needs/{begin()}/{path}", 422, **sent_as_file(PDF + b"x" * 3 * attachments.LARGEST))
    assert "larger than 10 MB" in page.text


def test_other_steps_take_no_more_than_before(client, begin):
    for path in ("terms", "problem"):
        answer = client.post(f"/en/needs/{begin()}/{path}", **sent_as_file(PDF + b"x" * 1_000_000))
        assert answer.status_code == 413
    assert client.post("/en/needs/new", **sent_as_file(PDF + b"x" * 1_000_000)).status_code == 413


def test_after_three_files_there_is_no_field_for_another(read, post, begin):
    key = begin()
    for _number in range(3):
        post(f"/en/needs/{key}/files", file())
    assert read(f"/en/needs/{key}/conditions").all("input", id="f-file") == []
    assert "At most 3 files" in read(f"/en/needs/{key}/files", 422, data=file()).text


def test_a_file_of_another_draft_cannot_be_removed(read, post, begin, session):
    mine, other = begin(), begin()
    post(f"/en/needs/{other}/files", file())
    kept = session.scalar(select(Attachment))
    read(f"/en/needs/{mine}/files/{kept.id}/remove", 404, data={"must_haves": ""})
    assert session.scalar(select(Attachment)) is not None


def test_a_step_with_a_fault_removes_no_file(read, post, begin, session, config):
    key = begin()
    post(f"/en/needs/{key}/files", file())
    kept = session.scalar(select(Attachment))
    read(f"/en/needs/{key}/files/{kept.id}/remove", 422, data={"must_haves": "x" * 301})
    assert attachments.path(config, kept).exists()


# The results


def test_a_need_gets_its_matches_with_reasons(read, begin):
    page = read(f"/en/needs/{begin()}/results")
    assert titles(page)[0] == "Random vibration test"
    assert {mark.text.lower() for mark in page.all("mark")} >= {"random", "vibration"}
    assert page.all("dl", class_="factors")
    assert "GB/T 2423.10" in page.one("section", class_="profile").text
    assert len(page.all("h1")) == 1


def test_contributions_are_shown_and_add_up(read, begin):
    table = read(f"/en/needs/{begin()}/results").all("details", class_="sum")[0].text
    points = [float(found.replace("−", "-")) for found in re.findall(r"[+−]\d+\.\d\d", table)]
    assert points[-1] == pytest.approx(sum(points[:-1]), abs=0.08)


def test_looking_at_results_stores_nothing_and_browsers_keep_nothing(client, begin, session, answers):
    key = begin()
    answer = client.get(f"/en/needs/{key}/results")
    assert answer.headers["Cache-Control"] == "no-store"
    assert session.query(Ranking).count() == 0
    assert answers(key) == {"problem": [PROBLEM]}


def test_filters_narrow_what_is_shown_and_keep_what_is_ticked(read, begin):
    key = begin("vibration drop GPU training")
    everything = read(f"/en/needs/{key}/results")
    boxes = [box["value"] for box in everything.all("input", name="offering")]
    assert all("checked" not in box.attributes for box in everything.all("input", name="offering"))
    page = read(f"/en/needs/{key}/results?only_kind=compute&offering={boxes[0]}&offering={boxes[1]}")
    assert "Random vibration test" not in titles(page)
    assert "checked" in page.one("input", id="only-kind-compute").attributes
    assert {option["value"] for option in page.all("input", name="only_kind")} >= {"", "compute", "laboratory"}
    kept = {box["value"]: box["type"] for box in page.all("input", name="offering")}
    assert set(boxes[:2]) <= set(kept)
    assert "Chosen: 2" in page.text
    assert {box["form"] for box in page.all("input", name="offering") if box["type"] == "checkbox"} <= {"choice"}
    nothing = read(f"/en/needs/{key}/results?only_kind=ai_agent&offering={boxes[0]}")
    assert "Nothing fits under this filter" in nothing.text
    assert nothing.one("a", class_="btn-quiet", href=f"/en/needs/{key}/results?offering={boxes[0]}")


def test_a_filter_that_names_nothing_is_left_out(read, begin):
    key = begin()
    plain = read(f"/en/needs/{key}/results")
    assert titles(read(f"/en/needs/{key}/results?only_kind=x&only_region=y&offering=z")) == titles(plain)


def test_what_is_ticked_goes_to_be_compared_or_asked(read, begin):
    key = begin()
    page = read(f"/en/needs/{key}/results")
    form = page.one("form", id="choice")
    assert (form["method"], form["action"]) == ("get", f"/en/needs/{key}/ask")
    actions = [button["formaction"] for button in page.all("button") if "formaction" in button.attributes]
    assert f"/en/needs/{key}/compare" in actions


def test_when_nothing_fits_the_page_says_what_would_change_the_answer(read, begin):
    key = begin("hairdresser")
    page = read(f"/en/needs/{key}/results")
    assert page.one("h1").text == "Nothing fits yet"
    assert "Say in two or three sentences" in page.one("section", class_="nothing").text
    assert page.one("form", class_="watch")["action"] == f"/en/needs/{key}/watch"
    assert page.one("input", name="email")["type"] == "email"


def test_a_near_miss_says_the_rule_and_the_way_out(read, begin, published, monkeypatch):
    found = matching.match(matching.current_index(published), {"problem": PROBLEM}, language="en")
    near = {"offering": found["matches"][0]["offering"], "fit": 0.8,
            "rules": [{"name": "region", "detail": "Only for firms registered in <Zhejiang>"}]}
    monkeypatch.setattr(matching, "match", lambda *args, **options: found | {"near_misses": [near]})
    card = read(f"/en/needs/{begin()}/results").one("article", class_="near")
    assert "Only for firms registered in <Zhejiang>" in card.text
    assert "If your firm is also registered there" in card.text


# Side by side


@pytest.fixture
def offerings(published):
    """The ids of the four offerings."""
    found = matching.match(matching.current_index(published), {"problem": "vibration drop GPU fermentation test"})
    return [match["offering"]["id"] for match in found["matches"]]


def comparison(key, ids):
    return f"/en/needs/{key}/compare?" + "&".join(f"offering={id}" for id in ids)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_two_to_four_are_shown_side_by_side(read, begin, offerings, count):
    key, wanted = begin(), offerings[:count]
    page = read(comparison(key, wanted))
    assert len(page.all("th", scope="col")) == count
    frame = page.one("div", class_="compare-frame")
    assert (frame["role"], frame["tabindex"], frame["aria-labelledby"]) == ("region", "0", "compare-caption")
    asks = [link["href"] for link in page.all("a") if f"/needs/{key}/ask?" in link["href"]]
    assert asks[-1] == f"/en/needs/{key}/ask?" + "&".join(f"offering={id}" for id in wanted)
    back = page.one("p", class_="back")
    assert back.text == "Back to the results"
    assert f"/en/needs/{key}/results?" + "&".join(f"offering={id}" for id in wanted) in [
        link["href"] for link in page.all("a")]


def test_what_is_excluded_is_compared_with_its_rule_and_not_asked(read, begin, offerings):
    key = begin(excluded_platforms="tianquan")
    page = read(comparison(key, offerings))
    assert page.text.count("Not open to you: ") == 1
    assert len([link for link in page.all("a") if link.text.startswith("Ask this one")]) == 3


def test_unknown_ones_are_left_out_and_said(read, begin, offerings):
    page = read(comparison(begin(), [*offerings[:2], new_id()]))
    assert "1 of them is no longer open" in page.text
    assert len(page.all("th", scope="col")) == 2


@pytest.mark.parametrize("query", ["", "?offering=", "?offering=x&offering=y", "?offering=1'--", "?offering=%00"])
def test_nothing_to_compare_is_said_with_the_way_back(read, begin, query):
    key = begin()
    page = read(f"/en/needs/{key}/compare{query}", 422)
    assert "Tick two, three or four" in page.text
    assert page.one("a", class_="btn-primary")["href"] == f"/en/needs/{key}/results"


def test_one_too_many_and_unknown_are_said(read, begin, offerings):
    key = begin()
    assert "At most 4" in read(comparison(key, [*offerings, new_id()]), 422).text
    assert "Tick two" in read(comparison(key, offerings[:1]), 422).text
    assert "Tick two" in read(comparison(key, offerings[:1] * 2), 422).text
    assert "no longer open" in read(comparison(key, [new_id(), new_id()]), 422).text


# What all pages have


def test_a_hostile_need_is_shown_as_text(read, begin):
    key = begin(f"vibration {HOSTILE}", nice_to_haves=HOSTILE, must_haves=HOSTILE, vouchers_held=HOSTILE)
    for path in PATHS[:-1]:
        page = read(f"/en/needs/{key}/{path}")
        assert page.all("img") == []
        assert all(script.text == "" for script in page.all("script"))
    page = read(f"/en/needs/{key}/terms", 422, data={"budget_max": HOSTILE, "region": HOSTILE})
    assert page.all("img") == []
    assert page.one("input", id="f-budget-max")["value"] == HOSTILE
    assert read("/en/needs/new?problem=" + HOSTILE.replace("=", "%3D")).all("img") == []


def test_what_browsers_load_stays_small(client, begin):
    page = client.get(f"/en/needs/{begin()}/results").text
    scripts = re.findall(r'<script src="([^"]+)"', page)
    assert scripts
    sizes = []
    for script in scripts:
        with client.get(script) as answer:
            sizes.append(len(gzip.compress(answer.data)))
    assert sum(sizes) < 60_000


def test_static_files_are_named_after_their_content_and_kept(client):
    page = client.get("/en/").text
    for address in re.findall(r'<link rel="stylesheet" href="([^"]+)"', page):
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert "max-age=31536000" in answer.headers["Cache-Control"]
            assert re.search(r"\?v=[0-9a-f]{12}$", address)


def test_secrets_stay_out_of_the_log(client, begin, caplog):
    key = begin("a very secret brew")
    client.post(f"/en/needs/{key}/terms", data={"region": "110000"})
    client.get(f"/en/needs/{key}/results")
    assert caplog.records
    assert not [record for record in caplog.records if key in record.getMessage() or "brew" in record.getMessage()]


def test_what_a_need_is_about_is_confirmed_struck_out_and_undone(read, begin, post, answers):
    key = begin("The glue on our labels lets go in winter")
    path = f"/en/needs/{key}/concepts"
    page = read(f"/en/needs/{key}/results")
    first = page.all("input", name="concept")[0]["value"]
    assert post(path, {"concept": first, "act": "exclude"}).endswith("/results")
    assert (answers(key).get("concepts"), answers(key)["excluded_concepts"]) == (None, [first])
    assert "struck out" in read(f"/en/needs/{key}/results").text
    post(path, {"concept": first, "act": "confirm"})
    assert (answers(key)["concepts"], answers(key).get("excluded_concepts")) == ([first], None)
    assert "confirmed" in read(f"/en/needs/{key}/results").text
    post(path, {"concept": first, "act": "undo"})
    assert not {"concepts", "excluded_concepts"} & answers(key).keys()


@pytest.mark.parametrize("sent", [{}, {"concept": "no_such", "act": "confirm"}, {"concept": "emc_testing", "act": "x"}])
def test_no_other_concept_is_taken(client, begin, answers, sent):
    key = begin()
    assert client.post(f"/en/needs/{key}/concepts", data=sent).status_code in (400, 422)
    assert answers(key).keys() == {"problem"}
