import orjson
import pytest
from sqlalchemy import select

from matchmaker.domain import AddedConcept, AuditEntry, Job
from matchmaker.jobs.worker import run_one
from matchmaker.ranking.concepts.lexicon import concept_ids
from matchmaker.services import lexicon, matching, publishing
from matchmaker.storage.queries.jobs import unfinished_jobs
from matchmaker.tasks import make_tasks

PAGE = "/en/operator/concepts"
WORDS = {"en": "pearl grading\n\nnacre assessment", "zh": "珍珠分级", "lay_en": "which beads are the good ones",
         "lay_zh": "珠子哪些值钱\n分不清真珠假珠", "kinds": ["inspection_certification"]}
NEED = "哪些珠子值钱"


def meant(client):
    return [one["concept"] for one in client.post("/api/v1/matches", json={"need": {"problem": NEED}}).json["profile"]
            ["concepts"]]


def test_an_added_concept_is_recognised_at_once_on_the_page_and_by_matching_from_the_next_index(
        operator, session, read, published, config):
    assert "pearl_grading" not in meant(operator)
    answer = operator.post(f"{PAGE}/new", data=WORDS)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#concept-pearl_grading")
    held = session.get(AddedConcept, "pearl_grading")
    assert (held.en, held.broader) == (["pearl grading", "nacre assessment"], "added")
    page = read(f"{PAGE}?need={NEED}").text
    assert page.index("珍珠分级") < page.index("Added here"), "what it recognises stands above what was added"
    assert "An index is being prepared" in page
    assert "pearl_grading" not in meant(operator)
    session.commit()
    [waiting] = unfinished_jobs(session, publishing.TASK)
    run_one(make_tasks(config), waiting.id)
    matching._held.clear()  # a process takes a new index over beside its requests
    assert meant(operator)[0] == "pearl_grading"
    sure = operator.post("/api/v1/matches", json={"need": {"problem": "珠子", "concepts": ["pearl_grading"]}})
    assert sure.status_code == 200, sure.json
    entry = session.scalars(select(AuditEntry).where(AuditEntry.thing == "concept")).first()
    assert (entry.thing_id, entry.side) == ("pearl_grading", "operator")


def test_one_publishing_takes_in_all_that_waits(operator, session):
    operator.post(f"{PAGE}/new", data=WORDS)
    operator.post(f"{PAGE}/new", data=WORDS | {"en": "nacre repair"})
    assert len(session.scalars(select(Job).where(Job.task == publishing.TASK)).all()) == 1


def test_other_words(operator, session, read):
    operator.post(f"{PAGE}/new", data=WORDS)
    assert "nacre assessment" in read(f"{PAGE}/added/pearl_grading").text
    answer = operator.post(f"{PAGE}/added/pearl_grading", data=WORDS | {"zh": "珍珠评级", "broader": "inspection"})
    assert answer.status_code == 303
    held = session.get(AddedConcept, "pearl_grading")
    assert (held.zh, held.broader, held.en[0]) == (["珍珠评级"], "inspection", "pearl grading")


def test_a_retired_concept_is_recognised_no_more_and_is_still_understood(operator, session, read):
    operator.post(f"{PAGE}/new", data=WORDS)
    assert operator.post(f"{PAGE}/added/pearl_grading/use", data={"used": "0"}).status_code == 303
    assert "retired since" in read(PAGE).text
    assert "pearl_grading" not in {concept.id for concept in lexicon.known(session)}
    assert lexicon.has(session, "pearl_grading")
    assert lexicon.label(session, "pearl_grading")["zh"] == "珍珠分级"
    assert operator.get(f"{PAGE}/concepts.jsonl").data == b""
    operator.post(f"{PAGE}/added/pearl_grading/use", data={"used": "1"})
    assert "pearl_grading" in {concept.id for concept in lexicon.known(session)}


@pytest.mark.parametrize(("changed", "status", "words"), [
    ({"en": ""}, 422, "Give at least one"),
    ({"lay_zh": "beads"}, 422, "stands among the Chinese words"),
    ({"en": "珍珠"}, 422, "stands among the English words"),
    ({"kinds": []}, 422, "Choose at least one"),
    ({"kinds": ["magic"]}, 422, "There is no kind of resource magic"),
    ({"lay_en": "x" * 121}, 422, "120"),
    ({"en": "—"}, 422, "needs letters"),
    ({"en": min(concept_ids()).replace("_", " ")}, 409, "There is a concept with the code"),
], ids=["empty", "language", "chinese", "no-kind", "kind", "long", "no-code", "taken"])
def test_what_cannot_be_added_says_why_and_keeps_what_was_typed(operator, session, changed, status, words):
    answer = operator.post(f"{PAGE}/new", data=WORDS | changed)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert "分不清真珠假珠" in answer.text or "lay_zh" in changed
    assert session.scalars(select(AddedConcept)).all() == []


def test_the_file_is_what_the_command_takes(operator):
    operator.post(f"{PAGE}/new", data=WORDS)
    answer = operator.get(f"{PAGE}/concepts.jsonl")
    assert orjson.loads(answer.data)["id"] == "pearl_grading"
    assert set(orjson.loads(answer.data)) == {"id", "en", "zh", "lay_en", "lay_zh", "kinds", "broader"}


def test_a_need_that_was_tried_begins_a_concept(operator, read):
    assert NEED in read(f"{PAGE}/new?need={NEED}").text
    assert "No concept has any of these words" in read(f"{PAGE}?need=qqqq").text


def test_what_is_not_there_is_not_found(operator):
    for path in ("added/no_such", "added/no_such/use"):
        assert operator.post(f"{PAGE}/{path}", data=WORDS).status_code == 404
