import json

import pytest
from sqlalchemy import event

from matchmaker.api.parsing import MAXIMUM_DEPTH
from matchmaker.domain import Kind
from matchmaker.schemas.matches import MatchesAnswer
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import vocabulary

NEED = {"need": {"problem": "我们的电控盒要做随机振动试验，请问哪里可以做？"}}


def post(client, body, content_type="application/json", **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/api/v1/matches", data=data, content_type=content_type, headers=headers)


@pytest.mark.usefixtures("published")
def test_a_need_is_matched_and_nothing_is_stored(client, session):
    answer = post(client, {**NEED, "top": 3}, **{"Accept-Language": "zh"})
    assert answer.status_code == 200
    document = answer.get_json()
    assert [match["rank"] for match in document["matches"]] == list(range(1, len(document["matches"]) + 1))
    assert document["profile"]["language"] == "zh"
    for match in document["matches"]:
        assert sum(factor["contribution"] for factor in match["factors"]) == pytest.approx(match["score"])
    assert not session.new
    assert not session.dirty


@pytest.mark.parametrize(("body", "code"), [
    (b"", "empty"),
    (b"   ", "empty"),
    (b"{", "not_json"),
    (b'{"need": {"problem": NaN}}', "not_a_number"),
    (b'{"top": Infinity}', "not_a_number"),
    (b'{"need": {}, "need": {}}', "duplicate_name"),
    (b"\xff\xfe{\x00}\x00", "not_utf8"),
    (b"[" * 100_000, "too_deep"),
    (b"[" * (MAXIMUM_DEPTH + 1) + b"]" * (MAXIMUM_DEPTH + 1), "too_deep"),
    (b'{"top": ' + b"9" * 5_000 + b"}", "huge_number"),
])
def test_what_is_not_proper_json_is_refused_with_the_reason(client, body, code):
    answer = post(client, body)
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert [fault["code"] for fault in answer.get_json()["errors"]] == [code]


@pytest.mark.parametrize(("body", "field"), [
    ({}, "need"),
    ({"need": {}}, "need.problem"),
    ({"need": {"problem": "   "}}, "need.problem"),
    ({"need": {"problem": "a\x00b"}}, "need.problem"),
    ({"need": {"problem": "\ud800"}}, "need.problem"),
    ({"need": {"problem": 7}}, "need.problem"),
    ({"need": {"problem": "x" * 200_000}}, "need.problem"),
    ({"need": {"problem": "x", "unknown": 1}}, "need.unknown"),
    ({"need": {"problem": "x", "\ud800": 1}}, "need.�"),
    ({"need": {"problem": "x", "organisation": {"founded": 2**70}}}, "need.organisation.founded"),
    ({"need": {"problem": "x", "budget_max": {"amount": 2**70, "currency": "CNY"}}}, "need.budget_max.amount"),
    ({"need": {"problem": "x", "kinds": ["telescope"]}}, "need.kinds.0"),
    ({"need": "a pump"}, "need"),
    ({"need": []}, "need"),
    ({"need": {"problem": "x"}, "top": 0}, "top"),
    ({"need": {"problem": "x"}, "top": 2**70}, "top"),
    ([], ""),
    ("text", ""),
    (None, ""),
])
def test_each_fault_is_named_by_its_field_in_the_callers_language(client, body, field):
    for language in ("en", "zh"):
        answer = post(client, body, **{"Accept-Language": language})
        assert answer.status_code == 422
        assert answer.content_type == "application/problem+json"
        faults = answer.get_json()["errors"]
        assert [fault["field"] for fault in faults] == [field]
        assert all(fault["code"] and fault["words"] for fault in faults)
        assert any("\u4e00" <= sign <= "\u9fff" for sign in faults[0]["words"]) == (language == "zh")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"])
def test_another_content_type_is_refused(client, content_type):
    answer = post(client, NEED, content_type)
    assert answer.status_code == 415
    assert answer.content_type == "application/problem+json"


def test_depth_inside_strings_does_not_count(client):
    answer = post(client, {"need": {"problem": "[" * 500, "trl_now": 99}})
    assert [fault["field"] for fault in answer.get_json()["errors"]] == ["need.trl_now"]


def test_without_an_index_the_answer_says_what_to_do(client):
    answer = post(client, NEED)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "matchmaker index publish" in answer.get_json()["detail"]


ANSWERED = {
    "a near miss": {"problem": "随机振动试验，GB/T 2423.10，CNAS", "kinds": ["laboratory"], "delivery": ["remote"]},
    "facts": {"problem": "随机振动试验，GB/T 2423.10，5~500 Hz，预算3万元，2027年3月前", "must_haves": ["CNAS"]},
    "English": {"problem": "Eight GPUs to train a language model, budget 50,000 CNY, remote access"},
    "nothing fits": {"problem": "zzz qqq xxx"},
    "concepts": {"problem": "潮湿的海边，外壳一年就锈", "concepts": ["corrosion_testing"]},
}


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_sent_is_what_the_schema_would_send(client, session, language):
    documents = {}
    with use_vocabulary(*vocabulary.codes(session)):
        for name, need in ANSWERED.items():
            answer = post(client, {"need": need}, **{"Accept-Language": language})
            assert answer.status_code == 200, answer.get_data(as_text=True)
            documents[name] = document = json.loads(answer.data)
            schema = MatchesAnswer()
            assert json.loads(json.dumps(schema.dump(schema.load(document)))) == document
    assert documents["a near miss"]["near_misses"][0]["rules"]
    assert documents["facts"]["profile"]["quantities"]
    assert documents["nothing fits"]["nothing_fits"]
    assert any(found["is_confirmed"] for found in documents["concepts"]["profile"]["concepts"])
    assert {document["profile"]["language"] for document in documents.values()} == {"zh", "en"}


@pytest.mark.usefixtures("published")
def test_codes_that_were_known_are_not_asked_for_again_and_new_ones_are_found(client, session):
    wanted = {"problem": "随机振动试验", "kinds": ["laboratory"]}
    assert post(client, {"need": wanted}).status_code == 200
    asked: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note := lambda *given: asked.append(given[2]))
    try:
        assert post(client, {"need": wanted}).status_code == 200
        assert not [statement for statement in asked if "FROM kind" in statement]
        assert post(client, {"need": {**wanted, "kinds": ["ferry"]}}).status_code == 422
        session.add(Kind(code="ferry", label={"zh": "渡轮", "en": "Ferry"}, position=99))
        session.flush()
        assert post(client, {"need": {**wanted, "kinds": ["ferry", "laboratory"]}}).status_code == 200
        assert [statement for statement in asked if "FROM kind" in statement]
    finally:
        event.remove(connection, "before_cursor_execute", note)
