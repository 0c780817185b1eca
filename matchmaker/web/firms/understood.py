"""What a need was taken to be about, for the firm to confirm or strike out."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import g
from werkzeug.datastructures import MultiDict

from matchmaker.errors import Invalid
from matchmaker.i18n import pick
from matchmaker.services import lexicon

CONFIRMED, EXCLUDED = "concepts", "excluded_concepts"
ACTS = {"confirm": CONFIRMED, "exclude": EXCLUDED, "undo": None}


class Understood(NamedTuple):
    """A concept as a chip."""

    id: str
    label: str
    state: str
    """``guessed``, ``confirmed`` or ``excluded``."""


def chips(profile: Mapping[str, Any], form: MultiDict[str, str]) -> list[Understood]:
    """Return the concepts of a profile, and after them those that were struck out."""
    found = [Understood(one["concept"], pick(one["label"]), "confirmed" if one["is_confirmed"] else "guessed")
             for one in profile["concepts"]]
    return found + [Understood(id, pick(lexicon.label(g.session, id)), "excluded") for id in form.getlist(EXCLUDED)]


def corrected(form: MultiDict[str, str], sent: MultiDict[str, str]) -> dict[str, list[str]]:
    """Return the answers about concepts after what was sent; raise `Invalid` for what no page sends."""
    concept, act = sent.get("concept", ""), sent.get("act", "")
    if not lexicon.has(g.session, concept) or act not in ACTS:
        raise Invalid("Choose a concept and what to do with it.")
    given = {name: [id for id in form.getlist(name) if id != concept] for name in (CONFIRMED, EXCLUDED)}
    if name := ACTS[act]:
        given[name].append(concept)
    return given
