"""Plant a fault in what actors may see, for as long as it takes to see whether it shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Connection

from matchmaker.domain import Service
from matchmaker.storage import wall
from matchmaker.storage.queries import (
    scope,
    scope_boards,
    scope_firms,
    scope_openness,
    scope_readings,
    scope_referrals,
    scope_webhooks,
)

SCOPES = (scope, scope_boards, scope_firms, scope_openness, scope_readings, scope_referrals, scope_webhooks)


@contextmanager
def planted(place: ModuleType, name: str, value: Any) -> Iterator[None]:
    """Put `value` in the place of something in one of `SCOPES`, and let no query outlive the change."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, name, value)
        forget_queries()
        try:
            yield
        finally:
            forget_queries()


def forget_queries() -> None:
    """Let every query be put together anew."""
    for place in SCOPES:
        for made in vars(place).values():
            if hasattr(made, "cache_clear"):
                made.cache_clear()


@contextmanager
def without_wall(connection: Connection) -> Iterator[None]:
    """Let PostgreSQL take whoever asks for the service, from whom its policies keep nothing."""
    service = wall._settings(Service())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wall, "_settings", lambda _actor: service)
        wall._forget(connection)
        try:
            yield
        finally:
            wall._forget(connection)
