"""The concept lexicon, for pages, schemas and those who add to it."""

import csv
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from matchmaker.config import Config
from matchmaker.errors import Invalid
from matchmaker.i18n import gettext
from matchmaker.ranking.concepts import lexicon
from matchmaker.ranking.concepts.lexicon import Concept, concept_ids, concepts

__all__ = ["add", "check", "concept_ids", "label"]

NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
CHINESE = re.compile("[\u3400-\u9fff]")


def label(concept_id: str) -> dict[str, str]:
    """Return what a concept is called, by language; its id where the lexicon no longer has it."""
    for concept in concepts():
        if concept.id == concept_id:
            return {"zh": concept.zh[0], "en": concept.en[0]}
    return {"zh": concept_id, "en": concept_id}


def check(config: Config, file: Path) -> tuple[list[Concept], list[str]]:
    """Return the concepts of a file, and in words all that keeps them from being added; no concept with faults."""
    try:
        found = list(lexicon.read_concepts(file))
    except (ValueError, OSError) as error:
        return [], [str(error)]
    with (config.data / "kinds.csv").open(encoding="utf-8", newline="") as kinds:
        known_kinds = {row["code"] for row in csv.DictReader(kinds)}
    kept = lexicon.FOLDER / file.name
    before = {concept.id for path in lexicon.FOLDER.glob("*.jsonl") if path != kept
              for concept in lexicon.read_concepts(path)}
    counts = Counter(concept.id for concept in found)
    faults = [fault for concept in found for fault in _faults(concept, known_kinds, before, counts)]
    if not found:
        faults.append(gettext("%(file)s holds no concept", file=file.name))
    return found, list(dict.fromkeys(faults))


def add(file: Path) -> Path:
    """Keep a file beside the lexicon's own, whole or not at all; return where. It must have been checked.

    One of the same name that was added before is replaced; raise `Invalid` for the name of one of the lexicon's own.
    """
    path = lexicon.FOLDER / file.name
    if path.suffix != ".jsonl" or path.stem in OWN:
        raise Invalid("%(file)s cannot keep this name: it must end in .jsonl and differ from the lexicon's own files",
                      file=file.name)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    shutil.copyfile(file, draft)
    draft.replace(path)
    return path


OWN = ("core", "digital_and_business", "engineering")
"""The files that the lexicon comes with."""


def _faults(concept: Concept, kinds: set[str], before: set[str], counts: Counter[str]) -> Iterator[str]:
    """Yield what is wrong with a concept, in words."""
    if not NAME.fullmatch(concept.id):
        yield gettext("%(id)s: an id has small letters, digits and single underscores", id=concept.id)
    if concept.id in before or counts[concept.id] > 1:
        yield gettext("%(id)s: there is a concept of this id already", id=concept.id)
    if unknown := sorted(set(concept.kinds) - kinds):
        yield gettext("%(id)s: no such kind: %(kinds)s", id=concept.id, kinds=", ".join(unknown))
    for phrase in (*concept.en, *concept.lay_en):
        if CHINESE.search(phrase):
            yield gettext("%(id)s: “%(phrase)s” stands among the English words", id=concept.id, phrase=phrase)
    for phrase in concept.lay_zh:
        if not CHINESE.search(phrase):
            yield gettext("%(id)s: “%(phrase)s” stands among the Chinese words", id=concept.id, phrase=phrase)
