"""Consent: what a firm reads before a platform sees its need, and the record that it agreed.

The texts stand in ``data/consents.toml``, each version for good; a consent keeps the version and the language in which
it was read, and this is enough to show the very words again.
"""

import functools
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from matchmaker.config import ROOT
from matchmaker.domain import Consent, Need
from matchmaker.errors import NotFound
from matchmaker.i18n import fill
from matchmaker.storage import Session

PURPOSE = "ask"
"""The only purpose for which consent is asked so far: that a platform judges a need and answers."""
FORM, PASSED_ON = "form", "passed_on"
"""How a consent came about: by a box in the form for this recipient, or by the one that lets a need be passed on."""
PARTS = ("recipient", "purpose", "now", "after", "files", "passing_on", "keeping", "withdrawal", "choice")
"""The parts of a text, in the order in which they are read."""
TEXTS = ROOT / "data" / "consents.toml"


@dataclass(frozen=True)
class Wording:
    """What a firm reads for one recipient: an opening, and the parts by their names."""

    version: str
    language: str
    opening: str
    parts: Mapping[str, str]


def current_version() -> str:
    """Return the version of the text that is asked for now: the last one."""
    return next(reversed(_texts(TEXTS)))


def versions() -> tuple[str, ...]:
    """Return every version that was ever published, the oldest first."""
    return tuple(_texts(TEXTS))


def wording(version: str, language: str, recipient: str, *, has_files: bool = True,
            passes_on: bool = True) -> Wording:
    """Return the text of a version with the recipient's name in it; raise `NotFound` for a version there never was.

    Who attached no files does not read about them, and who has not agreed to passing on not about that. Texts from
    before it could be agreed to do not speak of it.
    """
    text = _text(version)[language]
    left_out = {name for name, is_in in (("files", has_files), ("passing_on", passes_on)) if not is_in}
    parts = {name: fill(text["parts"][name], {"recipient": recipient}) for name in PARTS
             if name not in left_out and name in text["parts"]}
    return Wording(version, language, fill(text["opening"], {"recipient": recipient}), parts)


def fingerprint(version: str) -> str:
    """Return the SHA-256 of a version's texts in both languages; it changes with every letter."""
    return hashlib.sha256(orjson.dumps(_text(version), option=orjson.OPT_SORT_KEYS)).hexdigest()


def give(session: Session, need: Need, recipient_id: UUID, language: str, *, given: Mapping[UUID, Consent],
         shows_files_at_once: bool = False, passes_on: bool = False, channel: str = FORM) -> Consent:
    """Record that the firm consents to a recipient, by the text in force and in the language it was read.

    `given` holds the consents in force by recipient, read under the need's lock. One that says the same stays; one to
    an older text, or about files or passing on otherwise, is ended and another begins. Flushes.
    """
    held, version = given.get(recipient_id), current_version()
    wanted = (version, shows_files_at_once, passes_on)
    if held and (held.text_version, held.shows_files_at_once, held.passes_on) == wanted:
        return held
    if held:
        held.withdraw()
        # The database allows one consent in force for each recipient, and sees inserts before updates otherwise.
        session.flush()
    consent = Consent(need_id=need.id, recipient_id=recipient_id, purpose=PURPOSE, text_version=version,
                      language=language, channel=channel, shows_files_at_once=shows_files_at_once,
                      passes_on=passes_on)
    session.add(consent)
    session.flush()
    return consent


def _text(version: str) -> Any:
    texts = _texts(TEXTS)
    if version not in texts:
        raise NotFound("There is no consent text of version %(version)s.", version=version)
    return texts[version]


@functools.cache
def _texts(path: Path) -> dict[str, Any]:
    """Read the texts: version → language → opening and parts."""
    with path.open("rb") as file:
        entries = tomllib.load(file)["version"]
    return {entry["name"]: {language: entry[language] for language in ("zh", "en")} for entry in entries}
