import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks

load_all_checks()


def test_every_route_of_the_api_is_described(app, client):
    document = client.get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    described = {(path, method.upper()) for path, item in document["paths"].items() for method in item
                 if method in ("get", "post", "put", "patch", "delete")}
    routed = {(rule.rule.replace("<uuid:offering_id>", "{offering_id}"), method)
              for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}
              if rule.rule.startswith("/api/v1/") and rule.endpoint != "api-docs.openapi_json"}
    assert described == routed


def test_every_described_thing_has_words(client):
    document = client.get("/api/v1/openapi.json").get_json()
    for item in document["paths"].values():
        for method in item.values():
            if isinstance(method, dict) and "responses" in method:
                assert method["summary"]


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
