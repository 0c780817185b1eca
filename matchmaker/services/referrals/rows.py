"""Read the rows of a batch: each becomes a `Ready` row, checked and matched, before anything is stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from matchmaker.config import Config
from matchmaker.domain import Outcome
from matchmaker.ranking.needs import text_of
from matchmaker.services import importing, matching, need_files
from matchmaker.services.cells import items, plain_text
from matchmaker.services.leads import records
from matchmaker.services.referrals import doubles, keys
from matchmaker.services.referrals.remarks import Remark, of_fault
from matchmaker.tabular import Fault, Row

SHOWN = 5
"""How many matches are kept of each row."""
BEST = "best"
TAKEN_ALONG = frozenset({*need_files.KEYS, *need_files.WORDS, "need", "contact", "consent", "language"})
"""What a row may have besides the fields of the schema."""
FIRM_CODE = "unified_social_credit_code"
LONGEST_REFERENCE = 200

Load = Callable[[dict[str, Any]], tuple[dict[str, Any] | None, list[Remark]]]
"""Takes the flat fields of a row; gives what the schema made of them, or remarks on what is wrong."""


@dataclass
class Ready:
    """A row on its way to its answer."""

    number: int
    external_id: str | None = None
    mark: str | None = None
    remarks: list[Remark] = field(default_factory=list)
    content: dict[str, Any] | None = None
    """The row as the schema gave it; None when it is refused."""
    send_to: list[str] = field(default_factory=list)
    listed: records.Listed | None = None
    signature: doubles.Signature | None = None
    firm_mark: str | None = None
    is_skipped: bool = False

    def refuse(self, *why: Fault) -> None:
        """Refuse the row."""
        self.content = None
        self.remarks += map(of_fault, why)

    def warn(self, what: Fault) -> None:
        """Say something of a row that is accepted all the same."""
        self.remarks.append(of_fault(what))

    @property
    def is_good(self) -> bool:
        """Tell whether the row has not been refused so far, nor skipped."""
        return self.content is not None

    @property
    def has_consent(self) -> bool:
        """Tell whether the row brings the evidence of the firm's consent."""
        return bool((self.content or {}).get("consent_at"))

    @property
    def wants_best(self) -> bool:
        """Tell whether the row leaves to us whom to ask."""
        return any(text.lower() == BEST for text in self.send_to)

    @property
    def outcome(self) -> Outcome:
        """How the row ends."""
        if self.is_skipped:
            return Outcome.SKIPPED
        if self.content is None:
            return Outcome.REFUSED
        return Outcome.WARNED if self.remarks else Outcome.ACCEPTED

    @property
    def stated(self) -> dict[str, Any]:
        """The need as in the match contract."""
        return {name: value for name, value in (self.content or {}).items() if name not in OF_REFERRAL}


OF_REFERRAL = frozenset({"external_id", "contact_name", "contact_email", "contact_telephone", "consent_version",
                         "consent_at", "consent_channel", "consent_recipients", "send_to"})
"""What a row says besides its need."""


class Reader:
    """Turns rows of one batch into `Ready` ones."""

    def __init__(self, config: Config, index: matching.Index, load: Load, fields: frozenset[str],
                 options: Mapping[str, Any], *, has_header: bool) -> None:
        self.config = config
        self.index = index
        self.load = load
        self.fields = fields
        self.default = items(options["send_to"] or "")
        self.mapping: Mapping[str, Any] | None = options.get("mapping")
        self.has_header = has_header

    def ready(self, row: Row) -> Ready:
        """Check a row and match its need."""
        cells = flat(row.cells)
        if self.mapping:
            cells = mapped(self.mapping, cells)
        given = next((plain_text(cells[name]) for name in need_files.KEYS if cells.get(name)), None)
        made = Ready(row.number, given and given[:LONGEST_REFERENCE])
        made.mark = made.external_id and keys.mark(self.config, "reference", made.external_id)
        if row.faults:
            made.refuse(*row.faults)
            return made
        if given and given.startswith(importing.EXAMPLE):
            made.refuse(Fault("example", "This row is the template's example. Remove it.", column="external_id"))
            return made
        known = {name: cell for name, cell in cells.items() if is_known(name, self.fields)}
        made.content, remarks = self.load(need_files.as_need(known, self.fields) | {"external_id": given})
        made.remarks += remarks
        if made.content is None:
            return made
        if not self.has_header:
            made.remarks += [of_fault(Fault("unknown_field", "This field is not known and was left out.",
                                            column=name[:60]))
                             for name in cells if not is_known(name, self.fields)]
        made.send_to = made.content["send_to"] or self.default
        self._match(made)
        return made

    def _match(self, made: Ready) -> None:
        stated = made.stated
        made.listed = records.compute(self.index, stated, marked=records.SHOWN)
        made.signature = doubles.signature(text_of(stated))
        code = (stated["organisation"] or {}).get(FIRM_CODE)
        made.firm_mark = code and keys.mark(self.config, "firm", code)

    def matches(self, made: Ready) -> list[dict[str, Any]]:
        """Return the best matches of a row, as they are kept with it."""
        if made.listed is None:
            return []
        threshold = self.index.model.threshold
        return [{"offering": found.offering["id"], "external_id": found.offering["external_id"],
                 "platform": found.offering["platform"]["slug"], "title": found.offering["title"],
                 "fit": round(float(found.fit), 4), "fits": bool(found.fit >= threshold), "words": found.words}
                for found in made.listed.answer.matches[:SHOWN]]


def flat(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the objects that JSON may have in it (need, contact, consent) as flat fields.

    >>> flat({"id": 7, "need": {"problem": "x"}, "consent": {"at": "2026-11-03T08:00:00Z"}})
    {'id': 7, 'problem': 'x', 'consent_at': '2026-11-03T08:00:00Z'}
    """
    plain: dict[str, Any] = {}
    for name, value in cells.items():
        key = name.strip()
        if key == "need" and isinstance(value, dict):
            plain |= value
        elif key in ("contact", "consent") and isinstance(value, dict):
            plain |= {f"{key}_{inner}": part for inner, part in value.items()}
        else:
            plain[key] = value
    return plain


def mapped(mapping: Mapping[str, Any], cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row under our column names; the columns that were read are gone, others stay.

    Of several columns that are read for one of ours, those that are filled are joined.

    >>> mapped({"columns": {"problem": ["A", "B"]}, "constants": {"currency": "CNY"}}, {"A": "x", "B": "y", "c": "z"})
    {'c': 'z', 'problem': 'x\ny', 'currency': 'CNY'}
    """
    read = {name for sources in mapping["columns"].values() for name in sources}
    ours = {name: cell for name, cell in cells.items() if name not in read}
    for name, sources in mapping["columns"].items():
        filled = [cells[source] for source in sources if cells.get(source) not in (None, "")]
        if filled:
            ours[name] = filled[0] if len(filled) == 1 else "\n".join(map(plain_text, filled))
    for name, value in mapping["constants"].items():
        if ours.get(name) in (None, "", []):
            ours[name] = value
    return ours


def is_known(name: str, fields: frozenset[str]) -> bool:
    """Tell whether a column or field of this name is read."""
    return name in fields or name in TAKEN_ALONG
