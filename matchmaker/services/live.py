"""Keep a process's catalogue as the database has it now: what was published, and what changed since.

The database is the truth. The published index holds all changes up to a number; before a process answers, it asks for
those after what it has, one small query, and takes them into its own memory: changed and new offerings are added beside
the published ones, by the statistics of these, and what was there before is masked. The weights that
operators promoted or rolled back are asked for with them. So nothing has to be told to
anybody, nothing half is ever seen, and no file can be torn. When another index is published, everything begins anew.

While changes come in quickly, they are taken in together, `PAUSE` after those before at the earliest. More than `MOST`
are not taken into memory: then only what is no longer open goes at once, all else waits for the next index, which the
worker builds soon (`matchmaker.services.keeping`).
"""

import threading
import time
from uuid import UUID

import structlog

from matchmaker import storage
from matchmaker.ranking import weights
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.services import weighing
from matchmaker.services.catalogue import to_public
from matchmaker.services.fairness import exploring
from matchmaker.storage.queries import changes as queries

MOST = 2000
"""So many offerings are taken in beside the published ones; beside half of them, a change takes 50 ms of CPU time."""
PAUSE = 0.25
"""Seconds."""

log = structlog.get_logger(__name__)


class Live:
    """A published catalogue, and the same as it is now."""

    def __init__(self, published: Catalogue, number: int) -> None:
        self.published = published
        self.now = published
        self.number = number
        self.weights = weights.versions()
        """The versions of the weights, the oldest first."""
        self.look: exploring.Exposed | None = None
        """What was shown too little, when somebody looked last."""
        self.is_behind = False
        """Whether there were more changes than are taken in."""
        self._lock = threading.Lock()
        self._taken_at = float("-inf")

    def catalogue(self) -> Catalogue:
        """Return the catalogue as it is now, or was `PAUSE` ago; threads that come meanwhile wait for the one at work.

        Reads in a transaction of its own: what the caller's has not committed yet is nobody's business. One thread
        does so at a time, so that all of them together need one connection more than they hold.
        """
        if time.monotonic() < self._taken_at + PAUSE:
            return self.now
        with self._lock, storage.reading() as session:
            self._weigh(session)
            self.look = exploring.newest(session, self.look)
            newest = queries.newest(session)
            if newest != self.number:
                self._take(session, newest)
            else:
                self.now, self._taken_at = self.now.completed(), time.monotonic()
        return self.now

    def _weigh(self, session: storage.Session) -> None:
        """Take in the versions of the weights; while nothing changes these stay the same objects."""
        if (found := weighing.versions(session)) != self.weights:
            self.weights = found

    @property
    def _taken_in(self) -> set[UUID]:
        """The offerings that are in it beside the published ones."""
        return {UUID(one) for one in self.now.ids[len(self.published):].tolist()}

    def _take(self, session: storage.Session, newest: int) -> None:
        if newest < self.number:
            # Numbers only grow: this is another database, or an old one.
            log.warning("the database is older than the index; looking at all offerings", index=self.published.version)
            touched = {UUID(one) for one in self.now.ids.tolist()}
        else:
            touched = queries.touched_offerings(session, self.number, newest)
        if touched:
            if len(touched | self._taken_in) > MOST:
                self._drop(session, touched)
            else:
                self._add(session, touched, newest)
        self.number, self._taken_at = newest, time.monotonic()

    def _add(self, session: storage.Session, touched: set[UUID], newest: int) -> None:
        offerings = [to_public(found) for found in queries.offerings_by_id(session, touched)
                     if found.is_listed]
        version = f"{self.published.version}+{newest}"
        self.now = self.now.changed({str(one) for one in touched}, offerings, version)
        log.debug("changes taken in", offerings=len(touched), number=newest)

    def _drop(self, session: storage.Session, touched: set[UUID]) -> None:
        open_now = {found.id for found in queries.offerings_by_id(session, touched)
                    if found.is_listed}
        gone = {str(one) for one in touched if one not in open_now}
        if gone:
            self.now = self.now.changed(gone, [], self.now.version)
        if not self.is_behind:
            log.warning("more changed than is taken in before the next index", changed=len(touched | self._taken_in))
        self.is_behind = True
