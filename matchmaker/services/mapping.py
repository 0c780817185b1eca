"""Mapping files: how a partner's own columns become ours. docs/mappings holds examples; docs/mappings.md explains them.

A mapping file is TOML::

    language = "en"                                  # of the texts whose column names no language

    [constants]
    kind = "compute"                                 # for every row, where no column says otherwise

    [columns]
    external_id = ["Cloud", "Name"]                  # composed: "aws/p4d"
    title = "{Cloud} {Name}"                         # a template; empty parts leave no trace
    price_min = { column = "Hourly", scale = 730 }   # times 730

    [values.kind]
    facility = "laboratory"                          # cell → our value; "*" is any other cell, "" an empty one
"""

import re
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from matchmaker.errors import Invalid
from matchmaker.services import cells, columns
from matchmaker.tabular import Fault

SECTIONS = ("language", "constants", "columns", "values", "capabilities")
OPTIONS = ("column", "columns", "template", "separator", "scale", "pattern", "plain")
CAPABILITY_OPTIONS = ("parameter", "column", "unit", "pattern", "as")
JOINTS = {"external_id": "/", "title": " ", "summary": " ", "description": "\n"}
LANGUAGES = ("zh", "en")

_PLACE = re.compile(r"\{([^{}]+)\}")
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*\)")
_TAG = re.compile(r"<[^<>]{1,200}>")
_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]|（\s*）|【\s*】")
_DANGLING = re.compile(r"^[\s,;:·|/、，；：–—-]+|[\s,;:·|/、，；：–—-]+$")
_DOUBLED = re.compile(r"([,;·|/、，；])(?:\s*\1)+")


@dataclass(frozen=True)
class Source:
    """Where one of our columns comes from: parts that are column names or templates, and how they are treated."""

    parts: tuple[str, ...]
    separator: str | None = None
    scale: Decimal = Decimal(1)
    pattern: re.Pattern[str] | None = None
    plain: bool = False

    @property
    def names(self) -> list[str]:
        """The partner's columns that are read."""
        return [name for part in self.parts for name in (_PLACE.findall(part) or [part])]


@dataclass(frozen=True)
class Capability:
    """A capability read from a column: a range of `parameter`, or with ``as`` one end of it."""

    parameter: Any
    column: str
    unit: str
    end: str
    pattern: re.Pattern[str] | None


@dataclass
class Mapping:
    """A checked mapping file."""

    sources: dict[str, Source]
    constants: dict[str, Any] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    capabilities: list[Capability] = field(default_factory=list)
    language: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Mapping":
        """Read a mapping file; raise `Invalid` saying which entry cannot be used."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise Invalid("The mapping file is not valid TOML: %(detail)s", detail=str(error)) from error
        _check_keys(data, SECTIONS, "")
        language = data.get("language")
        if language not in (None, *LANGUAGES):
            raise Invalid("language in the mapping file must be zh or en, not “%(value)s”.", value=language)
        for section in ("constants", "columns", "values"):
            _check_keys(_table(data, section), columns.BY_NAME, f"[{section}]")
        sources = {name: _source(name, entry) for name, entry in _table(data, "columns").items()}
        values = {name: _lookup(name, entry) for name, entry in _table(data, "values").items()}
        capabilities = data.get("capabilities", [])
        if not isinstance(capabilities, list):
            raise Invalid("Write each capability of the mapping file under [[capabilities]].")
        if not sources:
            raise Invalid("The mapping file names no [columns].")
        return cls(sources, _table(data, "constants"), values, [_capability(entry) for entry in capabilities], language)

    def check_columns(self, found: list[str]) -> None:
        """Raise `Invalid` when a column that the mapping reads is not in the file."""
        names = [name for source in self.sources.values() for name in source.names]
        for name in [*names, *(capability.column for capability in self.capabilities)]:
            if name not in found:
                raise Invalid("The mapping reads the column “%(name)s”, which the file does not have. "
                              "Its columns are: %(found)s.", name=name, found=", ".join(found[:40]))

    def apply(self, row: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
        """Return the row under our column names, and the faults met."""
        ours: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, source in self.sources.items():
            value = self._value(name, source, row)
            if isinstance(value, Fault):
                faults.append(value)
            else:
                ours[self._named(name)] = value
        capabilities = [found for capability in self.capabilities if (found := _measured(capability, row))]
        faults += [found for found in capabilities if isinstance(found, Fault)]
        if capabilities:
            ours["capabilities"] = [found for found in capabilities if not isinstance(found, Fault)]
        for name, value in self.constants.items():
            _put_constant(ours, self._named(name), value)
        return ours, faults

    def origin(self, name: str) -> str:
        """Return the partner's columns behind one of ours, for messages."""
        bare = name.rpartition("_")[0] if name.endswith(("_zh", "_en")) else name
        source = self.sources.get(name) or self.sources.get(bare)
        return ", ".join(dict.fromkeys(source.names)) if source else name

    def _named(self, name: str) -> str:
        return f"{name}_{self.language}" if self.language and f"{name}_{self.language}" in columns.BY_NAME else name

    def _value(self, name: str, source: Source, row: dict[str, Any]) -> Any:
        lookup = self.values.get(name)
        if name in columns.LISTS:
            found = [item for part in source.parts for item in _items(source, part, row)]
            return list(dict.fromkeys(_flattened(_looked_up(lookup, item) for item in found))) if lookup else found
        joint = JOINTS.get(name.removesuffix("_zh").removesuffix("_en"), " ")
        text = joint.join(filter(None, (_text(source, part, row) for part in source.parts)))
        if lookup is not None:
            text = _looked_up(lookup, text)
        if source.scale != 1 and text:
            amount = cells.number(text, name)
            return amount if isinstance(amount, Fault) else str(amount * source.scale)
        return text


def _check_keys(table: dict[str, Any], known: Any, where: str) -> None:
    for name in table:
        if name not in known:
            near, place = columns.nearest(name, known), f"{where} {name}".strip()
            if near:
                raise Invalid("“%(name)s” in the mapping file is not known. Did you mean “%(near)s”?",
                              name=place, near=near)
            raise Invalid("“%(name)s” in the mapping file is not known. Known are: %(known)s.",
                          name=place, known=", ".join(known))


def _table(data: dict[str, Any], section: str) -> dict[str, Any]:
    table = data.get(section, {})
    if not isinstance(table, dict):
        raise Invalid("%(section)s in the mapping file must be a table: [%(section)s].", section=section)
    return table


def _source(name: str, entry: Any) -> Source:
    if isinstance(entry, str):
        entry = {"template" if _PLACE.search(entry) else "column": entry}
    elif isinstance(entry, list):
        entry = {"columns": entry}
    if not isinstance(entry, dict):
        raise _unusable(name)
    _check_keys(entry, OPTIONS, f"[columns] {name}")
    parts = [entry[key] for key in ("column", "template") if key in entry] + list(entry.get("columns", []))
    if not parts or not all(isinstance(part, str) and part for part in parts):
        raise _unusable(name)
    scale = entry.get("scale", 1)
    if isinstance(scale, bool) or not isinstance(scale, int | float) or scale <= 0:
        raise Invalid("scale of %(name)s in the mapping file must be a number above 0.", name=name)
    separator = entry.get("separator")
    if separator is not None and not (isinstance(separator, str) and separator):
        raise _unusable(name)
    return Source(tuple(parts), separator, Decimal(str(scale)), _pattern(name, entry.get("pattern")),
                  bool(entry.get("plain", False)))


def _unusable(name: str) -> Invalid:
    return Invalid("%(name)s in the mapping file must be a column, a template, a list of them or a table with a "
                   "column.", name=name)


def _pattern(name: str, text: Any) -> re.Pattern[str] | None:
    if text is None:
        return None
    try:
        return re.compile(text)
    except (re.error, TypeError) as error:
        raise Invalid("pattern of %(name)s in the mapping file is no regular expression: %(detail)s",
                      name=name, detail=str(error)) from error


def _lookup(name: str, entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise Invalid("values.%(name)s in the mapping file must be a table: [values.%(name)s].", name=name)
    return {key.strip().casefold(): value for key, value in entry.items()}


def _capability(entry: Any) -> Capability:
    if not isinstance(entry, dict) or not entry.get("parameter") or not isinstance(entry.get("column"), str):
        raise Invalid("Each of [[capabilities]] in the mapping file needs a parameter and a column.")
    _check_keys(entry, CAPABILITY_OPTIONS, "[[capabilities]]")
    if (end := entry.get("as", "max")) not in ("min", "max", "exact"):
        raise Invalid("as of a capability in the mapping file must be min, max or exact, not “%(value)s”.", value=end)
    pattern = _pattern("capabilities", entry.get("pattern"))
    return Capability(entry["parameter"], entry["column"], str(entry.get("unit", "")), end, pattern)


def _measured(capability: Capability, row: dict[str, Any]) -> dict[str, Any] | Fault | None:
    """Return the capability of this row; None when the cell is empty or the pattern does not occur in it."""
    text = cells.plain_text(row.get(capability.column))
    if capability.pattern:
        found = capability.pattern.search(text)
        text = "..".join(group or "" for group in found.groups()) if found else ""
    if not text:
        return None
    limits = cells.span(text)
    if limits is None:
        return Fault("bad_range", "“%(text)s” is no number or range.", column="capabilities", text=text[:60])
    low, high, unit = limits
    if low == high and capability.end != "exact":
        low, high = (low, None) if capability.end == "min" else (None, high)
    return {"parameter": capability.parameter, "min": low, "max": high, "unit": capability.unit or unit}


def _put_constant(ours: dict[str, Any], name: str, value: Any) -> None:
    if isinstance(value, list) and isinstance(ours.get(name), list):
        ours[name] = list(dict.fromkeys([*ours[name], *value]))
    elif ours.get(name) in (None, "", []):
        ours[name] = value


def _items(source: Source, part: str, row: dict[str, Any]) -> list[str]:
    if _PLACE.search(part) or source.pattern:
        text = _text(source, part, row)
        return cells.items(text, source.separator) if source.separator else [text] if text else []
    return [_cleaned(source, item) for item in cells.items(row.get(part), source.separator)]


def _text(source: Source, part: str, row: dict[str, Any]) -> str:
    """Return what a column or a template says in this row."""
    if not _PLACE.search(part):
        return _cleaned(source, cells.plain_text(row.get(part)))
    filled = {name: _cleaned(source, cells.plain_text(row.get(name))) for name in _PLACE.findall(part)}
    if not any(filled.values()):
        return ""
    text = _PLACE.sub(lambda place: filled[place[1]], part)
    if not all(filled.values()):
        text = _DANGLING.sub("", _DOUBLED.sub(r"\1", _BRACKETS.sub("", text)))
    return re.sub(r"[ \t]{2,}", " ", text).strip()


def _cleaned(source: Source, text: str) -> str:
    if source.plain:
        text = _TAG.sub("", _LINK.sub(r"\1", text)).strip()
    if source.pattern:
        found = source.pattern.search(text)
        text = next((group for group in found.groups() if group), found[0]) if found else ""
    return text


def _looked_up(lookup: dict[str, Any], text: str) -> Any:
    key = text.strip().casefold()
    return lookup.get(key, lookup.get("*", text) if key else "")


def _flattened(values: Any) -> list[str]:
    return [item for value in values for item in (value if isinstance(value, list) else [value]) if item != ""]
