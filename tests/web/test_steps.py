import pytest
from werkzeug.datastructures import MultiDict

from matchmaker.i18n import use_language
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.web.firms import answers, steps

WORDS = MultiDict({"problem": "Random vibration test near Nantong before 31 March 2027 for up to 30,000 yuan"})
PROFILE = {"kinds": [{"kind": "laboratory", "probability": 0.5}, {"kind": "instrument", "probability": 0.26},
                     {"kind": "compute", "probability": 0.21}],
           "region": "320600", "needed_by": "2027-03-31", "budget_max": {"amount": 3_000_050, "currency": "CNY"}}
READ = {"kinds": ["laboratory", "instrument"], "region": ["320600"], "needed_by": ["2027-03-31"],
        "budget_max": ["30000.5"], "currency": ["CNY"]}


@pytest.fixture(autouse=True)
def _vocabulary():
    with use_vocabulary(frozenset({"laboratory", "compute"}), frozenset({"low_carbon"})):
        yield


def test_the_steps_follow_one_another():
    assert [steps.number(step) for step in (*steps.STEPS, steps.LAST)] == [1, 2, 3, 4, 5, 6]
    assert [steps.after(step) for step in steps.STEPS] == ["resource", "terms", "conditions", "firm", "check"]
    assert [steps.before(step) for step in (*steps.STEPS, steps.LAST)] == [
        None, "problem", "resource", "terms", "conditions", "firm"]
    assert steps.step_of("currency") == "terms"


def test_what_words_say_is_read(app):
    with app.app_context():
        profile = steps.understood(WORDS)
        assert (profile["region"], profile["needed_by"]) == ("320600", "2027-03-31")
        assert profile["budget_max"] == {"amount": 3_000_000, "currency": "CNY"}
        assert steps.understood(MultiDict()) == {}


def test_the_seat_of_the_firm_is_not_read_as_a_place_in_the_words(app):
    form = MultiDict({"problem": "Drop test", "organisation_region": "320600"})
    with app.app_context():
        assert "region" not in steps.proposals(form, steps.understood(form))


def test_what_was_read_is_proposed_where_nothing_was_said():
    assert steps.proposals(WORDS, PROFILE) == READ
    said = MultiDict([*WORDS.items(), ("kinds", "compute"), ("budget_max", "1"), ("currency", "USD")])
    assert steps.proposals(said, PROFILE) == {"region": ["320600"], "needed_by": ["2027-03-31"]}
    assert steps.proposals(WORDS, {}) == {}
    nothing = {"kinds": [{"kind": "data", "probability": 0.1}], "region": None, "needed_by": None, "budget_max": None}
    assert steps.proposals(WORDS, nothing) == {}


def test_a_proposal_that_comes_back_as_it_was_is_no_answer():
    sent = MultiDict([("needed_by", "2027-03-31"), ("region", "320600"), ("delivery", "remote"),
                      ("budget_max", "30000.5"), ("currency", "CNY"), ("problem", "of another step")])
    assert steps.answers("terms", sent, READ) == {
        "needed_by": [], "region": [], "delivery": ["remote"], "budget_max": [], "currency": [], "vouchers_held": []}
    sent["currency"] = "USD"
    changed = steps.answers("terms", sent, READ)
    assert (changed["budget_max"], changed["currency"]) == (["30000.5"], ["USD"])
    assert steps.answers("resource", MultiDict([("kinds", "instrument"), ("kinds", "laboratory")]), READ)["kinds"] == []
    assert steps.answers("resource", MultiDict({"kinds": "compute"}), READ)["kinds"] == ["compute"]
    assert steps.answers("terms", MultiDict({"region": "320600"}), {})["region"] == ["320600"]


def test_faults_are_those_of_one_step():
    form = MultiDict({"problem": "x", "budget_max": "lots", "organisation_founded": "3021"})
    assert list(steps.faults(form, "terms")) == ["budget_max"]
    assert list(steps.faults(form)) == ["budget_max", "organisation_founded"]
    assert steps.faults(MultiDict({"problem": "x"})) == {}


def test_likely_and_ticked_kinds_come_first():
    options = [("data", "Data"), ("compute", "Computing power"), ("laboratory", "Laboratories")]
    first, others = steps.kinds_first(options, MultiDict({"kinds": "data"}), PROFILE)
    assert [code for code, _words in first] == ["laboratory", "compute", "data"]
    assert others == []
    assert steps.kinds_first(options, MultiDict(), {}) == ([], options)


def test_answers_are_said_in_words(app):
    form = MultiDict([("problem", "a\nb"), ("must_haves", "CNAS\r\nCMA"), ("needed_by", "2027-03-31"),
                      ("organisation_is_one_person", "false"), ("budget_max", "3万"), ("region", "320600")])
    assert answers.lines("problem", form) == ["a", "b"]
    assert answers.lines("must_haves", form) == ["CNAS", "CMA"]
    with use_language("zh"):
        assert answers.lines("needed_by", form) == ["2027年3月31日"]
        assert answers.lines("budget_max", form) == ["3 万元"]
        assert answers.lines("organisation_is_one_person", form) == ["否"]


def test_answers_that_cannot_be_read_are_shown_as_they_are():
    form = MultiDict({"problem": "x", "needed_by": "soon", "budget_max": "lots", "region": "999999"})
    assert [answers.lines(name, form) for name in ("needed_by", "budget_max", "region")] == [
        ["soon"], ["lots"], ["999999"]]
