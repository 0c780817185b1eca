from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from matchmaker.app import create_app
from tests.making import add_lead, add_person


def figures(answer) -> dict:
    """Return the figures by name and labels."""
    return {(sample.name, *sorted(sample.labels.values())): sample.value
            for family in parse(answer.text) for sample in family.samples}


def test_requests_are_counted_by_rule_and_never_by_address(client):
    before = figures(client.get("/metrics"))
    client.get("/en/offerings?q=canary-4711")
    client.open("/healthz", method="MADEUP")
    after = figures(client.get("/metrics"))
    grown = {key[1:]: value - before.get(key, 0) for key, value in after.items()
             if key[0] == "matchmaker_requests_total" and value > before.get(key, 0)}
    assert any("/offerings" in " ".join(key) for key in grown), grown
    assert any("other" in key for key in grown), grown
    assert "canary" not in client.get("/metrics").text


def test_leads_and_jobs_are_counted_without_a_word_of_theirs(session, client, make_offering):
    add_lead(session, make_offering(session))
    add_person(session, "canary@jianghai.example", "jianghai")
    session.commit()
    answer = client.get("/metrics")
    assert figures(answer)[("matchmaker_leads", "submitted")] == 1
    assert figures(answer)[("matchmaker_index_is_usable",)] == 0
    assert "canary" not in answer.text
    assert "jianghai" not in answer.text


@pytest.mark.parametrize(("address", "token", "said", "status"), [
    ("127.0.0.1", "", "", 200), ("192.0.2.1", "", "", 404), ("127.0.0.1", "t0ken", "", 404),
    ("192.0.2.1", "t0ken", "Bearer t0ken", 200), ("192.0.2.1", "t0ken", "Bearer other", 404),
    ("192.0.2.1", "", "Bearer ", 404), ("192.0.2.1", "t0ken", "Bearer ünknown", 404),
])
def test_only_this_machine_or_the_token_reads_them(session, config, address, token, said, status):
    client = create_app(replace(config, metrics_token=token)).test_client()
    headers = {"Authorization": said} if said else {}
    assert client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code == status
