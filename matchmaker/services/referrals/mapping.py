"""Map the columns of an incubator's own table to ours: once, under a name, for every file of that make.

What a mapping says goes with the batch that is sent by it, so that changing it changes no batch that was sent before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from matchmaker import tabular
from matchmaker.domain import Client, Member, ReferralMapping
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.services.cells import plain_text
from matchmaker.services.need_files import as_need
from matchmaker.services.referrals import headings, keys
from matchmaker.services.referrals.remarks import Remark
from matchmaker.services.referrals.rows import Load, mapped
from matchmaker.services.referrals.template import COLUMNS
from matchmaker.storage import Session
from matchmaker.storage.queries import referrals as queries

MOST = 50
"""How many mappings an organisation may have."""
SHOWN_ROWS, SHOWN_COLUMNS, SHOWN_CELL = 5, 150, 120
"""How much of a file is shown while it is mapped."""
LIMITS = tabular.Limits(file_bytes=20_000_000, memory_bytes=512 << 20)
FIXED = ("send_to", "region", "currency", "organisation_region", "consent_version", "consent_at", "consent_channel",
         "consent_recipients")
"""The columns that are often the same for a whole file."""


@dataclass(frozen=True)
class Preview:
    """The columns of a file, its first rows as they are shown, and which of our columns each is proposed for."""

    columns: list[str]
    rows: list[list[str]]
    proposed: dict[str, str]


def preview(path: Path) -> Preview:
    """Return what the beginning of a file looks like; raise `Invalid` when it cannot be read or names no columns."""
    with tabular.open_table(path, LIMITS) as table:
        rows = list(islice(table, SHOWN_ROWS))
        named = table.columns if table.columns is not None else list(dict.fromkeys(
            name for row in rows for name in row.cells))
    names = [name.strip() for name in named if name.strip()][:SHOWN_COLUMNS]
    if not names or not rows:
        raise Invalid("The file has no rows under named columns. Put the names of the columns into its first row.")
    cells = [{name.strip(): value for name, value in row.cells.items()} for row in rows]
    shown = [[plain_text(row.get(name))[:SHOWN_CELL] for name in names] for row in cells]
    return Preview(names, shown, headings.propose(names, shown))


def tried(columns: Mapping[str, Sequence[str]], constants: Mapping[str, str], seen: Preview, load: Load,
          fields: frozenset[str]) -> list[list[Remark]]:
    """Return what is wrong with each of the rows shown when it is read by a mapping; an empty list is a good row."""
    found = []
    for row in seen.rows:
        cells = mapped({"columns": columns, "constants": constants}, dict(zip(seen.columns, row, strict=True)))
        _content, remarks = load(as_need({name: cell for name, cell in cells.items() if name in fields}, fields))
        found.append(remarks)
    return found


def check_columns(mapping: Mapping[str, Any], found: Sequence[str]) -> None:
    """Raise `Invalid` when a column that a mapping reads is not in the file."""
    held = {name.strip() for name in found}
    for sources in mapping["columns"].values():
        for name in sources:
            if name not in held:
                raise Invalid("The mapping reads the column “%(name)s”, which the file does not have. "
                              "Its columns are: %(found)s.", name=name, found=", ".join(found[:40]))


def listed(session: Session, actor: Client | Member) -> Sequence[ReferralMapping]:
    """Return the mappings of the actor's organisation, by their names."""
    return queries.mappings_of(session, actor)


def named(session: Session, actor: Client | Member, name: str) -> ReferralMapping:
    """Return the mapping of this name; raise `NotFound` when there is none."""
    found = queries.mapping_named(session, actor, name)
    if found is None:
        raise NotFound("There is no mapping “%(name)s”. Save one on the page of mappings first.", name=name[:80])
    return found


def save(session: Session, actor: Client | Member, name: str, columns: Mapping[str, Sequence[str]],
         constants: Mapping[str, str]) -> ReferralMapping:
    """Keep a mapping under a name, in place of the one that has it. Flushes.

    Raise `Conflict` when there are too many, or the same name is being saved at this moment.
    """
    found = queries.mapping_named(session, actor, name)
    if found is None:
        if len(queries.mappings_of(session, actor)) >= MOST:
            raise Conflict("There are %(most)s mappings already. Delete one that is not needed any more.", most=MOST)
        found = ReferralMapping(organisation_id=_home(actor), name=name)
    found.columns = {ours: list(sources) for ours, sources in columns.items()}
    found.constants, found.changed_at = dict(constants), utc_now()
    try:
        with session.begin_nested():
            session.add(found)
            session.flush()
    except IntegrityError:
        raise Conflict("A mapping of this name was saved at the same moment. Try again.") from None
    return found


def delete(session: Session, actor: Client | Member, name: str) -> None:
    """Delete a mapping; batches that were sent by it are as they were. Flushes. Raise `NotFound` for none."""
    session.delete(named(session, actor, name))
    session.flush()


def document(found: ReferralMapping) -> dict[str, Any]:
    """Return a mapping as the API gives it."""
    changed_at = found.changed_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"name": found.name, "columns": found.columns, "constants": found.constants, "changed_at": changed_at}


def frozen(found: ReferralMapping) -> dict[str, Any]:
    """Return what a batch keeps of the mapping that it is sent by."""
    return {"name": found.name, "columns": found.columns, "constants": found.constants}


def targets() -> list[str]:
    """Return the columns of ours that others can be mapped to."""
    return list(COLUMNS)


def _home(actor: Client | Member) -> UUID:
    return actor.organisation_id if isinstance(actor, Client) else keys.home_of(actor)
