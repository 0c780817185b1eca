"""A clock for tests: it goes on as the true one does, from wherever a test moves it to."""

import datetime as dt
from types import SimpleNamespace

from matchmaker.domain import base


class Clock:
    """Moves the product's clock, in every module at once and for the moments that columns get by themselves."""

    def __init__(self, monkeypatch) -> None:
        self.ahead = dt.timedelta(0)
        shifted = SimpleNamespace(datetime=SimpleNamespace(now=self.now), UTC=dt.UTC)
        monkeypatch.setattr(base, "dt", shifted)

    def now(self, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
        """Return what the clock shows."""
        return dt.datetime.now(zone) + self.ahead

    def move(self, **by: float) -> None:
        """Move it on, or back, from what it shows."""
        self.ahead += dt.timedelta(**by)

    def move_to(self, moment: dt.datetime) -> None:
        """Let it show a moment."""
        self.ahead = moment - dt.datetime.now(dt.UTC)
