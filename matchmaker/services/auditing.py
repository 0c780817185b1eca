"""Read the audit log, and prove that nothing in it was changed, left out or put in."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.domain.audit import FIRST
from matchmaker.storage.queries import audit as queries


@dataclass(frozen=True)
class Verification:
    """How far the log is whole: the last good entry, and the number after it at which it is broken, if it is."""

    number: int
    digest: str
    broken_at: int | None


def head(session: Session) -> tuple[int, str]:
    """Return number and digest of the newest entry, to be kept elsewhere: they vouch for all that came before."""
    newest = queries.newest_entries(session, limit=1)
    return (newest[0].number, newest[0].digest) if newest else (0, FIRST)


def verify(session: Session, kept: tuple[int, str] | None = None) -> Verification:
    """Follow the chain from its first entry. With a head `kept` from earlier, that entry must still be there.

    The first proves that no entry was changed, left out or put in; only the second proves that none was cut off at the
    end, and that not the whole log was written anew.
    """
    number, digest = 0, FIRST
    for entry in queries.entries(session):
        is_kept = kept is None or entry.number != kept[0] or entry.digest == kept[1]
        if not (entry.follows(number, digest) and is_kept):
            return Verification(number, digest, number + 1)
        number, digest = entry.number, entry.digest
    return Verification(number, digest, number + 1 if kept and number < kept[0] else None)
