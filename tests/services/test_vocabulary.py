import pytest

from matchmaker.config import ROOT
from matchmaker.domain import DeclineReason, Kind, Theme
from matchmaker.services import vocabulary


@pytest.fixture
def own_data(tmp_path):
    (tmp_path / "kinds.csv").write_text("code,zh,en,position\nferry,轮渡,Ferries,1\ndata,别的,Other,2\n", "utf-8")
    (tmp_path / "themes.csv").write_text("code,zh,en,position\nharbours,港口,Harbours,1\n", "utf-8")
    (tmp_path / "decline_reasons.csv").write_text("code,zh,en,position\n", "utf-8")
    return tmp_path


def test_the_given_vocabulary_is_whole_and_in_order(session):
    vocabulary.seed(session, ROOT / "data")
    kinds = vocabulary.kinds(session)
    assert len(kinds) == 17
    assert [kind.position for kind in kinds] == sorted(kind.position for kind in kinds)
    assert kinds[0].label == {"zh": "研发设计软件", "en": "R&D software"}
    assert len(vocabulary.themes(session)) == 10
    assert [reason.code for reason in vocabulary.reasons(session)] == list(DeclineReason)
    assert all(set(entry.label) == {"zh", "en"} for entry in [*kinds, *vocabulary.themes(session), *vocabulary.reasons(session)])


def test_seeding_adds_what_is_missing_and_keeps_what_the_operator_changed(session, own_data):
    vocabulary.seed(session, ROOT / "data")
    session.get(Kind, "data").label = {"zh": "数据集", "en": "Data sets"}
    session.add(Theme(code="night_economy", label={"zh": "夜经济"}, position=5))
    session.flush()
    assert vocabulary.seed(session, own_data) == 2
    assert vocabulary.seed(session, own_data) == 0
    session.expire_all()
    assert session.get(Kind, "data").label == {"zh": "数据集", "en": "Data sets"}
    assert session.get(Kind, "ferry").label == {"zh": "轮渡", "en": "Ferries"}
    assert vocabulary.themes(session)[0].code == "harbours"


def test_codes_are_what_inputs_may_use(session):
    vocabulary.seed(session, ROOT / "data")
    codes = vocabulary.codes(session)
    assert "pilot_testing" in codes.kinds
    assert "low_carbon" in codes.themes
    session.add(Kind(code="ferry", label={"zh": "轮渡"}, position=500))
    session.flush()
    assert "ferry" in vocabulary.codes(session).kinds
