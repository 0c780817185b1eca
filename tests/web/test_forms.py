import pytest
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from matchmaker.i18n import use_language
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.web.firms import forms, steps


@pytest.fixture(autouse=True)
def _vocabulary():
    with use_vocabulary(frozenset({"laboratory", "compute"}), frozenset({"low_carbon"})):
        yield


def form(*pairs):
    return forms.taken(MultiDict(pairs), forms.LABELS)


def faults_of(*pairs):
    with pytest.raises(ValidationError) as caught:
        forms.load(form(*pairs))
    return forms.faults(caught.value)


def test_only_the_fields_asked_for_are_taken_and_blank_ones_left_out():
    sent = MultiDict([("problem", "Vibration"), ("region", " "), ("kinds", "laboratory"), ("kinds", "compute"),
                      ("csrf_token", "x"), ("only_kind", "compute"), ("organisation_name", "x")])
    taken = forms.taken(sent, forms.LABELS)
    assert taken.to_dict(flat=False) == {"problem": ["Vibration"], "kinds": ["laboratory", "compute"]}
    assert forms.taken(sent, ["problem"]).to_dict() == {"problem": "Vibration"}


def test_a_form_becomes_a_need():
    need = forms.load(form(
        ("problem", "Vibration test"), ("kinds", "laboratory"), ("kinds", "compute"), ("budget_max", "3,000.50"),
        ("currency", "USD"), ("must_haves", "CNAS\r\n\r\n GB/T 2423.10 "), ("nice_to_haves", "soon\nnear"),
        ("vouchers_held", "苏州创新券，江苏券"), ("organisation_founded", "2021"),
        ("organisation_is_one_person", "true"),
        ("organisation_certifications", "high_tech"), ("needed_by", "2027-03-31"), ("delivery", "mail_in"),
    ))
    assert need["kinds"] == ["laboratory", "compute"]
    assert need["budget_max"] == {"amount": 300_050, "currency": "USD"}
    assert need["must_haves"] == [{"text": "CNAS", "required": True}, {"text": "GB/T 2423.10", "required": True}]
    assert need["nice_to_haves"] == ["soon", "near"]
    assert need["vouchers_held"] == ["苏州创新券", "江苏券"]
    assert (need["organisation"]["founded"], need["organisation"]["is_one_person"]) == (2021, True)
    assert need["organisation"]["certifications"] == ["high_tech"]
    assert need["needed_by"].isoformat() == "2027-03-31"


def test_an_amount_may_be_said_in_ten_thousands():
    assert forms.load(form(("problem", "振动"), ("budget_max", "3万")))["budget_max"]["amount"] == 3_000_000


def test_a_form_with_the_problem_alone_is_a_need():
    assert forms.load(form(("problem", "Vibration test")))["organisation"] is None


def test_faults_stand_at_the_fields_of_the_form_in_its_order():
    found = faults_of(("organisation_founded", "3021"), ("budget_max", "lots"), ("must_haves", "x" * 301),
                      ("kinds", "moonshot"), ("trl_now", "11"))
    assert list(found) == ["problem", "kinds", "trl_now", "budget_max", "must_haves", "organisation_founded"]
    assert found["problem"] == "Say what you need; one sentence is enough."


def test_faults_are_in_the_language_of_the_page():
    with use_language("zh"):
        assert faults_of(("region", "320500"))["problem"] == "请说明您需要什么，一句话即可。"


def test_what_fits_no_field_stands_at_the_problem():
    assert forms.faults(ValidationError({"sensitivity": ["wrong"]})) == {"problem": "wrong"}
    assert forms.faults(ValidationError(["wrong"])) == {"problem": "wrong"}


def test_every_field_has_words_an_id_and_one_step():
    assert all(forms.label(name) for name in forms.LABELS)
    assert len({forms.field_id(name) for name in forms.LABELS}) == len(forms.LABELS)
    assert sorted(name for names in steps.STEPS.values() for name in names) == sorted({*forms.LABELS} - {"file", "concepts", "excluded_concepts"})
