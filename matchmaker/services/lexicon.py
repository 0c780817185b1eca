"""The concepts by which needs are understood: those of the lexicon, and those that the operator added (`concepts`)."""

from collections.abc import Collection
from typing import NamedTuple

from matchmaker.domain import AddedConcept
from matchmaker.ranking.channels.concepts import Concepts
from matchmaker.ranking.concepts.lexicon import Concept, concept_ids, concepts
from matchmaker.ranking.text import Text
from matchmaker.storage import Session
from matchmaker.storage.queries import vocabulary as queries

__all__ = ["Recognised", "concept_ids", "has", "known", "label", "recognise", "size"]

SHOWN_FROM, MOST_SHOWN = 0.02, 8


class Recognised(NamedTuple):
    """A concept that a need is taken to be about, and how much of the evidence speaks for it, in (0, 1]."""

    concept: Concept
    share: float


def known(session: Session) -> tuple[Concept, ...]:
    """Return the concepts that the next index will know: the lexicon's, and the added ones that are not retired."""
    return (*concepts(), *(_as_concept(added) for added in queries.added_concepts(session) if not added.retired_at))


def size() -> int:
    """Return how many concepts the lexicon comes with."""
    return len(concepts())


def has(session: Session, code: str) -> bool:
    """Tell whether there is a concept of this code, a retired one included."""
    return code in concept_ids() or queries.find_concept(session, code) is not None


def label(session: Session, code: str) -> dict[str, str]:
    """Return what a concept is called, by language; its code where there is none any more."""
    if added := queries.find_concept(session, code):
        return added.label
    return next((concept.label for concept in concepts() if concept.id == code), {"zh": code, "en": code})


def recognise(known: Collection[Concept], need: str) -> list[Recognised]:
    """Return the concepts that a need, in a firm's own words, is taken to be about, likeliest first; at most eight."""
    known = tuple(known)
    found = Concepts.of_no_catalogue(known).recognise(Text(need))
    return [Recognised(known[one.place], one.share) for one in found[:MOST_SHOWN] if one.share >= SHOWN_FROM]


def _as_concept(added: AddedConcept) -> Concept:
    return Concept(added.code, tuple(added.en), tuple(added.zh), added.broader, tuple(added.kinds),
                   tuple(added.lay_en), tuple(added.lay_zh))
