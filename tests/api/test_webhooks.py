import pytest
from sqlalchemy import select

from matchmaker.domain import EventType, Scope, WebhookDelivery, WebhookEndpoint
from tests.referring import incubator

PATH = "/api/v1/webhooks"
SENT = {"name": "CRM", "url": "https://hooks.example/", "events": ["lead.created", "referral_batch.completed"]}


@pytest.fixture
def program(client, session, config):
    """A program whose key is good for webhooks alone."""
    return incubator(client, session, config, scopes=(Scope.WEBHOOKS,))


def test_a_webhook_is_made_read_changed_and_removed(program, session):
    made = program.call("POST", PATH, json=SENT)
    assert made.status_code == 201
    document = made.get_json()
    assert document["secret"].startswith("whsec_")
    assert document["events"] == ["referral_batch.completed", "lead.created"]
    shown = program.call("GET", made.location)
    assert shown.get_json() == {name: value for name, value in document.items() if name != "secret"}
    assert program.call("GET", PATH).get_json() == {"webhooks": [shown.get_json()]}
    assert program.call("PUT", made.location, json=SENT | {"name": "Other"}).get_json()["name"] == "Other"
    assert program.call("POST", f"{made.location}/off").get_json()["off_why"] == "by_hand"
    assert program.call("POST", f"{made.location}/test").status_code == 409
    assert program.call("POST", f"{made.location}/on").get_json()["on"] is True
    other = program.call("POST", f"{made.location}/secret").get_json()
    assert other["secret"] != document["secret"]
    assert other["former_secret_until"]
    assert program.call("DELETE", made.location).status_code == 204
    assert not session.scalars(select(WebhookEndpoint)).all()
    assert program.call("GET", made.location).status_code == 404


def test_deliveries_are_listed_and_sent_again(program, session):
    at = program.call("POST", PATH, json=SENT).location
    sent = program.call("POST", f"{at}/test")
    assert sent.status_code == 202
    page = program.call("GET", f"{at}/deliveries").get_json()
    assert page == {"deliveries": [sent.get_json()], "next_cursor": None}
    assert page["deliveries"][0]["state"] == "waiting"
    assert program.call("POST", f"{at}/deliveries/{page['deliveries'][0]['id']}/again").status_code == 202
    assert len(session.scalars(select(WebhookDelivery)).all()) == 1


@pytest.mark.parametrize("sent", [{}, {"url": "https://10.0.0.7/"}, {"events": ["webhook.test"]}, {"secret": "x"},
                                  {"organisation_id": "x"}, {"url": "http://hooks.example/"}])
def test_what_cannot_be_used_is_refused(program, sent):
    assert program.call("POST", PATH, json=SENT | sent if sent else {}).status_code == 422


def test_a_key_for_referrals_sets_up_no_webhooks(client, session, config):
    """Whoever steals a key that sends does not get at what comes back."""
    program = incubator(client, session, config)
    assert program.call("POST", PATH, json=SENT).status_code == 403
    assert program.call("GET", PATH).status_code == 403


def test_each_event_is_described(client):
    document = client.get("/api/v1/openapi.json").get_json()
    assert set(document["webhooks"]) == {kind.value for kind in EventType}
    for kind, told in document["webhooks"].items():
        (content,) = told["post"]["requestBody"]["content"].values()
        schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
        assert schema["properties"]["type"]["enum"] == [kind]
        assert set(schema["required"]) == {"type", "timestamp", "data"}
