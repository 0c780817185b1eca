"""What the operator does to the concepts: add them, change their words, retire them. The next index takes it in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from matchmaker.domain import AddedConcept
from matchmaker.errors import Conflict, Invalid
from matchmaker.services import publishing
from matchmaker.services.lexicon import concept_ids
from matchmaker.services.terms import new_code
from matchmaker.storage import Session
from matchmaker.storage.queries import vocabulary as queries


def add(session: Session, words: Mapping[str, Any]) -> AddedConcept:
    """Add a concept, with a code made of its first English term. Flushes.

    `words` has the columns of `AddedConcept` by their names. Raise `Invalid` when there is nothing to make a code of,
    `Conflict` when a concept has this code.
    """
    code = new_code(words["en"][0])
    if not code:
        raise Invalid("The first English term needs letters: the code that files and programs use is made of it.")
    if code in concept_ids() or queries.find_concept(session, code):
        raise Conflict("There is a concept with the code %(code)s. Begin with another English term, or change that "
                       "one.", code=code)
    added = _add(session, code, words)
    publishing.queue_anew(session)
    return added


def change(session: Session, code: str, words: Mapping[str, Any]) -> None:
    """Give an added concept other words; its code stays. Flushes. Raise `NotFound` when there is none."""
    queries.added_concept(session, code).change(dict(words))
    publishing.queue_anew(session)


def retire(session: Session, code: str) -> None:
    """Leave an added concept out of the next index; twice is once. Flushes. Raise `NotFound` when there is none."""
    queries.added_concept(session, code).retire()
    publishing.queue_anew(session)


def restore(session: Session, code: str) -> None:
    """Take a retired concept into the next index again. Flushes. Raise `NotFound` when there is none."""
    queries.added_concept(session, code).retired_at = None
    publishing.queue_anew(session)


def check_ids(given: Sequence[Mapping[str, Any]]) -> None:
    """Raise `Conflict` when concepts of a file have an ``id`` of the lexicon's own, or one twice."""
    ids = Counter(words["id"] for words in given)
    if taken := sorted(id for id, count in ids.items() if count > 1 or id in concept_ids()):
        raise Conflict("There are concepts of these ids already: %(ids)s", ids=", ".join(taken))


def keep(session: Session, given: Sequence[Mapping[str, Any]]) -> None:
    """Add the concepts of a file, all or none, each with its ``id``; those added before get the file's words. Flushes.

    Raise `Conflict` as `check_ids` does.
    """
    check_ids(given)
    for words in given:
        code = words["id"]
        if held := queries.find_concept(session, code):
            held.change(dict(words))
            held.retired_at = None
        else:
            _add(session, code, words)
    publishing.queue_anew(session)


def _add(session: Session, code: str, words: Mapping[str, Any]) -> AddedConcept:
    added = AddedConcept(code=code, **{name: value for name, value in words.items() if name != "id"})
    session.add(added)
    return added
