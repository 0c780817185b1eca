import re

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks

from matchmaker.domain import Scope
from tests.referring import incubator

load_all_checks()


def test_every_route_of_the_api_is_described(app, client):
    document = client.get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    described = {(path, method.upper()) for path, item in document["paths"].items() for method in item
                 if method in ("get", "post", "put", "patch", "delete")}
    routed = {(re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule), method)
              for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}
              if rule.rule.startswith("/api/v1/") and rule.endpoint != "api-docs.openapi_json"}
    assert described == routed


def test_every_described_thing_has_words(client):
    document = client.get("/api/v1/openapi.json").get_json()
    for item in document["paths"].values():
        for method in item.values():
            if isinstance(method, dict) and "responses" in method:
                assert method["summary"]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_program_with_a_key_never_breaks_the_api(app, client, session, published):
    """The same behind the key of an incubator: the answers are those that are described."""
    caller = incubator(client, session, published, scopes=tuple(Scope))
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)

    @settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def check(case):
        answer = case.call(headers={"Authorization": f"Bearer {caller.key}"})
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        described = case.operation.definition.raw["responses"]
        assert str(answer.status_code) in described or answer.status_code == 405, (case.operation.label, answer.status_code)

    operations = [operation.ok() for operation in document.get_all_operations()]
    referrals = [operation for operation in operations if "/referral-" in operation.path
                 or operation.path.startswith("/api/v1/webhooks")]
    assert len(referrals) == 27
    for operation in referrals:
        from hypothesis import given
        given(case=operation.as_strategy())(check)()


@pytest.mark.usefixtures("published")
def test_arbitrary_input_never_breaks_the_api(app):
    """What the description allows and what it forbids: never a 500, and only answers that are described."""
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)

    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def check(case):
        answer = case.call()
        assert answer.status_code < 500 or answer.status_code == 503, answer.text

    for operation in document.get_all_operations():
        strategy = operation.ok().as_strategy()
        from hypothesis import given
        given(case=strategy)(check)()
