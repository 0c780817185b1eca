"""What the operator does to the vocabulary: add entries, give them other words, offer them no longer."""

import re

from matchmaker.domain import DeclineReason, Reason
from matchmaker.domain.vocabulary import CODE_LENGTH
from matchmaker.errors import Conflict, Invalid
from matchmaker.services import publishing
from matchmaker.services.vocabulary import LISTS
from matchmaker.storage import Session
from matchmaker.storage.queries import vocabulary as queries
from matchmaker.storage.queries.vocabulary import Term

STEP = 10


def add(session: Session, name: str, label: dict[str, str]) -> Term:
    """Add an entry to the end of a list, with a code made of its English words. Flushes.

    Raise `Invalid` when there is nothing to make a code of, `Conflict` when an entry has this code.
    """
    kind = LISTS[name]
    code = new_code(label["en"])
    if not code:
        raise Invalid("The English words need letters: the code that files and programs use is made of them.")
    if code in queries.codes(session, kind):
        raise Conflict("There is an entry with the code %(code)s. Choose other words, or change that one.", code=code)
    term = kind(code=code, label=label, position=queries.last_position(session, kind) + STEP)
    session.add(term)
    _changed(session, kind)
    return term


def rename(session: Session, name: str, code: str, label: dict[str, str]) -> None:
    """Give an entry other words; its code stays. Flushes. Raise `NotFound` when there is none."""
    term = queries.term(session, LISTS[name], code)
    if term.label != label:
        term.label = label
        _changed(session, LISTS[name])


def retire(session: Session, name: str, code: str) -> None:
    """Offer an entry no longer; twice is once. Flushes.

    Raise `NotFound` when there is none, `Conflict` for the last of its list and for the reason that is said in words.
    """
    kind = LISTS[name]
    term = queries.term(session, kind, code)
    if kind is Reason and code == DeclineReason.OTHER:
        raise Conflict("This reason stays: with it platforms say in words what no other covers.")
    if not queries.others_offered(session, kind, code):
        raise Conflict("A list needs at least one entry.")
    term.retire()
    session.flush()


def restore(session: Session, name: str, code: str) -> None:
    """Offer a retired entry again; twice is once. Flushes. Raise `NotFound` when there is none."""
    queries.term(session, LISTS[name], code).retired_at = None
    session.flush()


def new_code(words: str) -> str:
    """Return the code that is made of English words.

    >>> new_code("Night-time economy (2027)")
    'night_time_economy_2027'
    """
    return re.sub(r"[^a-z0-9]+", "_", words.lower())[:CODE_LENGTH].strip("_")


def _changed(session: Session, kind: type[Term]) -> None:
    """Let the index take in what kinds and themes are called now."""
    session.flush()
    if kind is not Reason:
        publishing.queue_anew(session)
