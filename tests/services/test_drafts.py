import datetime as dt

import pytest
from sqlalchemy import func, select

from matchmaker.domain import Direction, Holder, Need, NeedStatus, PrivateLink
from matchmaker.domain.base import new_id, utc_now
from matchmaker.errors import Conflict, Expired, NotFound
from matchmaker.i18n import use_language
from matchmaker.schemas.needs import FlatNeedSchema
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import drafts, links
from matchmaker.storage.queries.needs import need_by_id
from tests.making import add_need

KEY = "k" * 32
ANSWERS = {"problem": ["Vibration test"], "direction": ["seeks_resource"]}
FLAT = {
    "problem": "振动试验", "title": "Bracket", "kinds": ["laboratory"], "themes": ["low_carbon"], "trl_now": "5",
    "must_haves": [{"text": "CNAS", "required": True}], "nice_to_haves": ["soon"], "budget_max": "3万",
    "currency": "CNY", "needed_by": "2027-03-31", "region": "320600", "delivery": ["mail_in"],
    "excluded_platforms": ["jianghai"], "vouchers_held": ["苏州创新券"], "direction": "seeks_scenario",
    "organisation_name": "Haimen Tricycles", "organisation_size_class": "small", "organisation_founded": "2019",
    "organisation_is_one_person": "false", "organisation_certifications": ["high_tech"],
}


def count(session, kind):
    return session.scalar(select(func.count()).select_from(kind))


def loaded(**fields):
    with use_vocabulary(frozenset({"laboratory"}), frozenset({"low_carbon"})):
        return FlatNeedSchema().load(fields)


@pytest.fixture
def draft(session, config):
    return drafts.create(session, config, KEY, ANSWERS)


def test_a_draft_has_its_answers_and_nothing_in_its_columns(session, draft):
    assert (draft.status, draft.problem, draft.language) == (NeedStatus.DRAFT, "", "en")
    assert drafts.form_of(draft) == ANSWERS
    assert drafts.held(session, links.holder(session, KEY)) is draft


def test_the_language_of_a_draft_is_that_of_the_page(session, config):
    with use_language("zh"):
        assert drafts.create(session, config, KEY, ANSWERS).language == "zh"


def test_the_same_key_gives_the_same_draft_with_the_later_answers(session, config, draft):
    again = drafts.create(session, config, KEY, {"problem": ["Drop test"]})
    assert again.id == draft.id
    assert drafts.form_of(again) == ANSWERS | {"problem": ["Drop test"]}
    assert count(session, Need) == count(session, PrivateLink) == 1


def test_a_key_taken_at_the_same_moment_gives_the_same_draft(session, config, draft, monkeypatch):
    monkeypatch.setattr(drafts, "is_known", lambda session, key: False)
    assert drafts.create(session, config, KEY, ANSWERS).id == draft.id
    assert count(session, Need) == 1


def test_an_opened_need_is_returned_as_it_is(session, config, draft):
    draft.open(utc_now())
    assert drafts.create(session, config, KEY, {"problem": ["Another"]}).answers == ANSWERS


def test_an_expired_key_begins_nothing(session, config, draft):
    session.scalar(select(PrivateLink)).expires_at = utc_now() - dt.timedelta(seconds=1)
    with pytest.raises(Expired):
        drafts.create(session, config, KEY, ANSWERS)


def test_saving_replaces_the_fields_that_are_given_and_no_others(session, draft):
    holder = Holder(draft.id)
    before = draft.changed_at
    drafts.save(session, holder, {"kinds": ["laboratory", "compute"], "region": ["320500"]})
    drafts.save(session, holder, {"kinds": [], "region": ["  "], "themes": ["low_carbon"]})
    session.refresh(draft)
    assert drafts.form_of(draft) == ANSWERS | {"themes": ["low_carbon"]}
    assert draft.changed_at > before


def test_the_form_that_is_given_away_is_a_copy(draft):
    drafts.form_of(draft)["problem"].append("more")
    assert draft.answers == ANSWERS


def test_what_was_sent_can_no_longer_be_changed(session):
    need = add_need(session)
    with pytest.raises(Conflict):
        drafts.save(session, Holder(need.id), {"problem": ["Another"]})


def test_nobody_else_reaches_a_draft(session, draft):
    with pytest.raises(NotFound):
        drafts.held(session, Holder(new_id()))


def test_the_columns_are_filled_with_what_is_stated(session, draft):
    drafts.fill(draft, loaded(**FLAT))
    session.flush()
    session.expire(draft)
    need = need_by_id(session, Holder(draft.id), draft.id)
    assert (need.problem, need.title, need.language, need.direction) == (
        "振动试验", "Bracket", "zh", Direction.SEEKS_SCENARIO)
    assert (need.kinds, need.themes, need.trl_now, need.delivery) == (["laboratory"], ["low_carbon"], 5, ["mail_in"])
    assert need.must_haves == [{"text": "CNAS", "required": True}]
    assert (need.budget_min, need.budget_max, need.currency) == (None, 3_000_000, "CNY")
    assert (need.needed_by, need.region) == (dt.date(2027, 3, 31), "320600")
    assert need.firm == {"size_class": "small", "founded": 2019, "is_one_person": False,
                         "certifications": ["high_tech"]}
    assert "Haimen" not in str(need.firm)


def test_a_need_without_facts_has_none(session, draft):
    drafts.fill(draft, loaded(problem="Vibration test", organisation_name="Haimen"))
    assert (draft.firm, draft.currency, draft.budget_max) == (None, None, None)
    assert draft.anonymous_until_accepted is True


def test_what_the_columns_state_is_what_was_filled_in(session, draft):
    stated = loaded(**FLAT)
    drafts.fill(draft, stated)
    session.flush()
    session.expire(draft)
    firm = {name: value for name, value in stated["organisation"].items() if value is not None and name != "name"}
    assert drafts.stated_of(draft) == stated | {"organisation": firm}


def test_a_lower_budget_keeps_its_currency(draft):
    drafts.fill(draft, loaded(problem="x", budget_min="100", currency="EUR"))
    assert (draft.budget_min, draft.budget_max, draft.currency) == (10_000, None, "EUR")
    assert drafts.stated_of(draft)["budget_min"] == {"amount": 10_000, "currency": "EUR"}
