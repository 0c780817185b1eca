"""A RabbitMQ for tests, with a queue of each test's own: what it holds names jobs of one database."""

import os

import pytest
from kombu import Connection
from kombu.exceptions import OperationalError

from matchmaker.domain.base import new_id
from matchmaker.jobs import waking

BROKER = os.environ.get("MATCHMAKER_TEST_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")


@pytest.fixture
def broker(monkeypatch):
    """The address of the broker; skip when none answers."""
    name = f"matchmaker-test-{new_id().hex}"
    monkeypatch.setattr(waking, "QUEUE", name)
    connection = Connection(BROKER, connect_timeout=5)
    try:
        connection.ensure_connection(max_retries=1)
    except OperationalError as error:
        pytest.skip(f"no RabbitMQ at {BROKER}: {error}")
    yield BROKER
    channel = connection.channel()
    channel.queue_delete(name)
    channel.exchange_delete(name)
    connection.release()
