import dataclasses
import datetime as dt

import pytest

from matchmaker.domain import Ranking
from matchmaker.ranking import model, weights
from matchmaker.services.formats import today
from matchmaker.services.transparency import words
from tests.asking import ask, begin


@pytest.fixture
def lead(session, published):
    _key, holder = begin(session, published)
    lead = ask(session, published, holder)[0]
    session.commit()
    return lead


@pytest.fixture
def announced(monkeypatch):
    """Weights that are announced today and count in two weeks."""
    first = weights.versions()[0]
    later = dataclasses.replace(first, version="2027.01", announced=today(), in_force_from=today() + weights.NOTICE,
                                factors=first.factors | {"region": 0.9}, why={"zh": "更看重地区", "en": "Nearness counts more"})
    monkeypatch.setattr(weights, "versions", lambda: [first, later])
    return later


def test_an_announced_change_stands_on_the_rule_card_and_does_not_count_yet(client, published, announced):
    page = client.get("/en/rules").text
    assert "Nearness counts more" in page
    assert page.index("2027.01") < page.index("2026.11.2")
    assert "announced" in page
    assert weights.in_force(today()).version == "2026.11.2"
    assert weights.in_force(today() + weights.NOTICE) is announced


def test_a_version_says_what_it_changed_in_both_languages(client, published, announced):
    page = client.get("/en/rules/versions/2027.01").text
    assert "Region: <span" in page
    assert "0.15 → 0.9" in page
    assert "更看重地区" in client.get("/zh/rules/versions/2027.01").text
    assert "first version" in client.get("/en/rules/versions/2026.11.2").text
    assert client.get("/en/rules/versions/1999").status_code == 404


def test_the_model_card_is_what_the_manifest_says(client, published):
    manifest = model.read_manifest(model.newest(published.models))
    for language in ("en", "zh"):
        page = client.get(f"/{language}/model").text
        for value in (manifest["sha256"], manifest["data_sha256"], manifest["version"]):
            assert value in page
        assert [value for value in manifest["metrics"].values() if f"{round(value, 3):g}" not in page] == []
        assert [name for name in words.METRICS if name in page] == []


def test_the_operator_computes_a_ranking_again_and_reads_none_of_its_words(operator, lead, session):
    page = operator.get(f"/en/operator/replay?lead={lead.reference}").text
    assert page.count("equal, byte for byte") == 7
    assert "bracket" not in page
    ranking = session.get(Ranking, lead.ranking_id)
    ranking.considered = [entry | {"fit": 0.5} for entry in ranking.considered]
    session.commit()
    page = operator.get(f"/en/operator/replay?lead={lead.id}").text
    assert "it does not come out as recorded" in page


def test_the_lead_of_an_operator_leads_to_its_replay(operator, lead):
    assert f"/en/operator/replay?lead={lead.reference}" in operator.get(f"/en/leads/{lead.id}").text


def test_a_number_that_is_none_is_said(operator, lead):
    answer = operator.get("/en/operator/replay?lead=L-0000-0000")
    assert answer.status_code == 422
    assert "There is no lead of this number." in answer.text
    assert operator.get("/en/operator/replay").status_code == 200


def test_weights_without_notice_are_refused(tmp_path):
    text = weights.FILE.read_text(encoding="utf-8")
    early = text[text.index("[[version]]"):].replace("2026.11.2", "2027.01").replace("2026-11-01", "2027-01-01")
    file = tmp_path / "weights.toml"
    file.write_text(text + early.replace("2026-11-20", "2027-01-10"), encoding="utf-8")
    with pytest.raises(weights.Invalid):
        weights.versions(file)
    file.write_text(text + early.replace("2026-11-20", "2027-01-15"), encoding="utf-8")
    assert weights.versions(file)[-1].in_force_from == dt.date(2027, 1, 15)
