"""The whole interface under the key of every role: no server error, and no answer that the document does not describe."""

import datetime as dt
import itertools

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi.checks import (
    JsonSchemaError,
    MalformedMediaType,
    MissingContentType,
    MissingHeaders,
    UndefinedContentType,
    UndefinedStatusCode,
)
from sqlalchemy import update

from matchmaker.domain import ApiKey, Scope
from matchmaker.domain.base import utc_now
from tests.referring import incubator, row

load_all_checks()
EVERY = [frozenset(some) for count in range(len(Scope) + 1) for some in itertools.combinations(Scope, count) if some]
ROLES = ["none", "wrong", "expired", *(f"{'live' if is_live else 'sandbox'} {' '.join(sorted(map(str, scopes)))}"
                                       for is_live in (True, False) for scopes in EVERY)]
UNDESCRIBED = (JsonSchemaError, MalformedMediaType, MissingContentType, MissingHeaders, UndefinedContentType,
               UndefinedStatusCode)


@pytest.fixture
def headers(app, client, session, published):
    """Return the headers that a role calls with."""
    def of(role: str) -> dict[str, str]:
        if role == "none":
            return {}
        if role == "wrong":
            return {"Authorization": "Bearer mm_live_nothing"}
        kind, _blank, scopes = role.partition(" ")
        wanted = tuple(scope for scope in Scope if str(scope) in scopes.split()) or tuple(Scope)
        caller = incubator(client, session, published, scopes=wanted, is_live=kind != "sandbox")
        if role == "expired":
            session.execute(update(ApiKey).values(expires_at=utc_now() - dt.timedelta(days=1)))
        elif Scope.WRITE in wanted:
            caller.work(caller.send([row(1), row(2, problem="")]))
        session.commit()
        return {"Authorization": f"Bearer {caller.key}"}

    return of


def walk(app, headers: dict[str, str], examples: int) -> int:
    """Call every operation so often, with what its description allows and forbids; return how many calls there were."""
    document, calls = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app), 0

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate),
              suppress_health_check=list(HealthCheck))
    def check(case):
        nonlocal calls
        calls += 1
        answer = case.call(headers=headers)
        assert answer.status_code < 500 or (answer.status_code == 503 and answer.headers.get("retry-after")), answer.text
        try:
            case.validate_response(answer)
        except FailureGroup as group:
            found = [fault for fault in group.exceptions if isinstance(fault, UNDESCRIBED)]
            assert not found, (case.operation.label, answer.status_code, str(found[0])[:2000])

    operations = [operation.ok() for operation in document.get_all_operations()]
    assert len(operations) > 30
    for operation in operations:
        given(case=operation.as_strategy())(check)()
    return calls


@pytest.mark.parametrize("backend", ["sqlite"])
def test_no_answer_is_undescribed(app, headers):
    assert walk(app, headers(f"live {' '.join(sorted(map(str, Scope)))}"), 2) > 50


@pytest.mark.faults
@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("role", ROLES)
def test_no_answer_is_undescribed_whoever_asks(app, headers, role):
    assert walk(app, headers(role), 25) > 500
