import json

import httpx
import pytest
from matchmaker_client import ConnectionLostError, Referrals, RefusedError
from matchmaker_client.calls import PATH, name_of

BATCH = {"id": "b1", "reference": "B-1", "created_at": "2026-11-21T08:00:00Z", "live": True, "dry_run": False}


class Service:
    """Answers calls by a list of what comes next: an answer, or an error of the connection."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)
        self.calls, self.waits = [], []

    def __call__(self, request):
        self.calls.append((request, request.read()))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def referrals(self, **options) -> Referrals:
        return Referrals("http://service.example", "mm_test_key", transport=httpx.MockTransport(self),
                         sleep=self.waits.append, **options)


def page(rows, following):
    return httpx.Response(200, json={"results": [
        {"row": row, "external_id": None, "outcome": "refused", "standing": None, "colour": "unknown to this version",
         "remarks": [{"column": "problem", "code": "required", "words": "Fill it in."}]} for row in rows],
        "next_cursor": following})


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "needs.csv"
    path.write_bytes(b"problem\nvibration\n")
    return path


def test_a_file_is_named_after_what_it_holds_and_its_options(table, tmp_path):
    other = tmp_path / "copy.csv"
    other.write_bytes(table.read_bytes())
    assert name_of(table, {}) == name_of(other, {})
    assert name_of(table, {}) != name_of(table, {"send_to": "best"})
    other.write_bytes(b"problem\nfermentation\n")
    assert name_of(table, {}) != name_of(other, {})


def test_what_broke_off_is_sent_again_whole_under_the_same_name(table):
    service = Service(httpx.ReadError("gone"), httpx.Response(503, headers={"Retry-After": "7"}),
                      httpx.Response(202, json=BATCH))
    assert service.referrals().send(table, send_to="best").id == "b1"
    assert {body for _request, body in service.calls} == {table.read_bytes()}
    assert len({request.headers["Idempotency-Key"] for request, _body in service.calls}) == 1
    assert {request.headers["Content-Type"] for request, _body in service.calls} == {"text/csv"}
    assert service.calls[0][0].url.params["send_to"] == "best"
    assert service.waits[1] == 7


def test_a_refusal_is_not_tried_again_and_says_why(table):
    service = Service(httpx.Response(422, json={"detail": "No.", "errors": [{"field": "send_to", "words": "Unknown."}]}))
    with pytest.raises(RefusedError, match=r"(?s)No\. \(422\).*send_to: Unknown\.") as refused:
        service.referrals().send(table)
    assert refused.value.status == 422
    assert not service.waits


def test_who_cannot_be_reached_is_given_up_with_growing_pauses(table):
    service = Service(*[httpx.ConnectError("refused")] * 4)
    with pytest.raises(ConnectionLostError, match="after 4 tries"):
        service.referrals(tries=4).send(table)
    assert len(service.waits) == 3
    assert service.waits[0] < 0.51
    assert 1 <= service.waits[2] <= 2


def test_a_file_of_no_known_kind_is_not_sent(tmp_path):
    with pytest.raises(ValueError, match="none of"):
        Service().referrals().send(tmp_path / "needs.pdf")


def test_watching_ends_with_the_batch():
    service = Service(*(httpx.Response(200, json=BATCH | {"state": state, "done": done})
                        for state, done in (("queued", 0), ("running", 1), ("done", 2))))
    assert [batch.done for batch in service.referrals().watch("b1", pause=3)] == [0, 1, 2]
    assert service.waits == [3, 3]


def test_results_are_read_page_by_page():
    service = Service(page([1, 2], 2), page([3], None))
    found = list(service.referrals().results("b1", outcome="refused"))
    assert [result.row for result in found] == [1, 2, 3]
    assert found[0].remarks[0].words == "Fill it in."
    assert [request.url.params["cursor"] for request, _body in service.calls] == ["0", "2"]


def test_saved_results_are_there_whole_or_not_at_all(tmp_path):
    kept = tmp_path / "answers.ndjson"
    kept.write_text("before")
    service = Service(*[httpx.Response(404, json={"title": "Not found"})])
    with pytest.raises(RefusedError):
        service.referrals().save_results("b1", kept)
    assert kept.read_text() == "before"
    service = Service(httpx.ReadError("gone"), httpx.Response(200, content=json.dumps({"row": 1}).encode()))
    service.referrals().save_results("b1", kept)
    assert kept.read_text() == '{"row": 1}'
    assert [path.name for path in tmp_path.iterdir()] == ["answers.ndjson"]
    assert service.calls[0][0].url.path == f"{PATH}/b1/results.ndjson"
    with pytest.raises(ValueError, match="none of"):
        service.referrals().save_results("b1", "answers.pdf")
