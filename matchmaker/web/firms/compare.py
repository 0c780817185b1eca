"""Two to four offerings side by side, beside one need: row by row what each says, and whether it makes a difference."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matchmaker.i18n import gettext, ngettext
from matchmaker.web import cards, labels
from matchmaker.web.firms import details

FEWEST, MOST = 2, 4

Match = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One point of comparison: its name, and a cell for each offering."""

    title: str
    cells: list[Any]
    is_same: bool
    """Whether all offerings say the same, so that the point decides nothing."""


@dataclass(frozen=True)
class Section:
    """Rows that belong together; `look` says how their cells are shown."""

    title: str
    look: str
    rows: list[Row]


def page(found: Mapping[str, Any], wanted: Sequence[str], weights: Mapping[str, float]) -> dict[str, Any]:
    """Return what the template needs of the offerings that were found, of those that were wanted."""
    matches = found["matches"]
    gone = len(wanted[:MOST]) - len(matches)
    fault = _fault(len(wanted), len(matches))
    return {"matches": matches, "threshold": found["threshold"], "fault": fault,
            "gone": gone and ngettext("%(num)s of them is no longer open and was left out.",
                                      "%(num)s of them are no longer open and were left out.", gone),
            "sections": [] if fault else sections(matches, weights)}


def sections(matches: Sequence[Match], weights: Mapping[str, float]) -> list[Section]:
    """Return all points of comparison in groups; a point of which nobody says anything is left out."""
    offerings = [match["offering"] for match in matches]
    facts = [_row(title, [value(offering) for offering in offerings]) for title, value in _facts()]
    conditions = [dict(details.conditions(offering)) for offering in offerings]
    titles = dict.fromkeys(title for stated in conditions for title in stated)
    open_to = [_row(title, [stated.get(title, "") for stated in conditions]) for title in titles]
    found = [Section(gettext("Why it fits"), "factor", _factors(matches, weights)),
             Section(gettext("Price, time, place"), "words", [row for row in facts if any(row.cells)]),
             Section(gettext("To whom it is open"), "words", open_to)]
    return [section for section in found if section.rows]


def _factors(matches: Sequence[Match], weights: Mapping[str, float]) -> list[Row]:
    by_name = [{row.name: row for row in cards.factor_views(match, weights)} for match in matches]
    names = dict.fromkeys(name for rows in by_name for name in rows)
    found = []
    for name in names:
        cells = [rows.get(name) for rows in by_name]
        said = {(cell.state, round(cell.share, 2), cell.detail) if cell else None for cell in cells}
        found.append(Row(labels.factor(name), cells, len(said) == 1))
    return found


def _facts() -> list[tuple[str, Callable[[Mapping[str, Any]], str]]]:
    return [
        (gettext("Price"), cards.price_words),
        (gettext("For small firms"), cards.discount),
        (gettext("Takes"), lambda offering: cards.lead_time(offering["lead_time_days"])),
        (gettext("Capacity"), lambda offering: cards.capacity_words(offering["capacity"])),
        (gettext("Where"), cards.where),
        (gettext("Way of working"), lambda offering: gettext(", ").join(
            words for code, words in labels.choices("delivery") if code in offering["delivery"])),
        (gettext("Accreditations"), lambda offering: gettext(", ").join(sorted(offering["accreditations"]))),
        (gettext("Rights"), lambda offering: labels.choice("ip_terms", offering["ip_terms"])
         if offering["ip_terms"] else ""),
        (gettext("Last verified"), lambda offering: cards.verified(offering["verified_at"])),
    ]


def _row(title: str, cells: list[str]) -> Row:
    return Row(title, cells, len(set(cells)) == 1)


def _fault(wanted: int, found: int) -> str:
    """Return why there is nothing to compare, "" when there is."""
    if wanted > MOST:
        return gettext("You ticked %(count)s resources. At most %(most)s can be read side by side: take some off.",
                       count=wanted, most=MOST)
    if wanted >= FEWEST > found:
        return gettext("What you ticked is no longer open, or not enough of it. Choose others in the results.")
    return gettext("Tick two, three or four resources in the results, then compare them.") if found < FEWEST else ""
