"""What all tests of webhooks begin with: an incubator's endpoint, and jobs that are run one by one."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from matchmaker import storage
from matchmaker.domain import EventType, Role
from matchmaker.domain.webhooks import SUBSCRIBABLE
from matchmaker.services.webhooks import endpoints
from tests.clock import Clock
from tests.making import add_person, member
from tests.receiver import NETWORKS


@pytest.fixture
def clock(monkeypatch) -> Clock:
    """The product's clock."""
    return Clock(monkeypatch)


@pytest.fixture
def near(config):
    """Settings under which webhooks may go to 127.0.0.1."""
    return replace(config, webhook_networks=(ip_network(NETWORKS),))


@pytest.fixture
def keeper(database):
    """Somebody who refers for an incubator."""
    with storage.writing() as session:
        person = add_person(session, "referrer@incubator.example", "incubator", Role.REFERRER)
        return member(session, person)


@pytest.fixture
def hook(near, keeper):
    """A function that makes an endpoint at an address; it returns the endpoint's id and its secret."""
    def make(url: str, events: tuple[EventType, ...] = SUBSCRIBABLE):
        with storage.writing() as session:
            made, secret = endpoints.make(session, near, keeper, "CRM", url, events)
            return made.id, secret

    return make
