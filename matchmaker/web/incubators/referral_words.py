"""Words for batches, rows and how they stand."""

from collections.abc import Mapping
from typing import Any

from matchmaker.domain import LeadState, Outcome, Side
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.services import formats
from matchmaker.services.referrals.results import Progress
from matchmaker.web import labels

STATES = {"queued": _("Waiting"), "running": _("Being worked through"), "done": _("Done"), "failed": _("Failed"),
          "cancelled": _("Cancelled")}
LOOKS = {"queued": "unknown", "running": "unknown", "done": "met", "failed": "missing", "cancelled": "missing"}
OUTCOMES = {Outcome.ACCEPTED: _("Accepted"), Outcome.WARNED: _("Accepted with warnings"),
            Outcome.REFUSED: _("Refused"), Outcome.SKIPPED: _("Skipped")}
OUTCOME_LOOKS = {Outcome.ACCEPTED: "met", Outcome.WARNED: "unknown", Outcome.REFUSED: "missing",
                 Outcome.SKIPPED: "unknown"}
STANDINGS = {"tried": _("Only tried out"), "matched": _("Matched, nobody asked"),
             "consent_asked": _("Waits for the firm's consent"), "sent": _("Sent"),
             "consent_refused": _("The firm has refused"), "withdrawn": _("Withdrawn"), "erased": _("Deleted")}
CAN_WITHDRAW = frozenset({"matched", "consent_asked", "sent"})


def state(progress: Progress) -> str:
    """Return how a batch stands."""
    return gettext(STATES[progress.state])


def look(progress: Progress) -> str:
    """Return the look of how a batch stands."""
    return LOOKS[progress.state]


def outcome(name: str) -> str:
    """Return how a row ended."""
    return gettext(OUTCOMES[Outcome(name)])


def outcome_look(name: str) -> str:
    """Return the look of how a row ended."""
    return OUTCOME_LOOKS[Outcome(name)]


def standing(name: str | None) -> str:
    """Return where a row stands."""
    return gettext(STANDINGS[name]) if name else ""


def can_withdraw(row: Mapping[str, Any]) -> bool:
    """Tell whether a row can be taken back."""
    return row["standing"] in CAN_WITHDRAW


def lead_state(name: str) -> str:
    """Return how a lead stands."""
    return labels.lead_state(LeadState(name), Side.FIRM)


def kind(progress: Progress) -> str:
    """Return what kind of batch it is, where that matters."""
    if progress.batch.options["dry_run"]:
        return gettext("Dry run")
    return "" if progress.batch.is_live else gettext("Sandbox")


def left(progress: Progress) -> str:
    """Return how fast a batch is and how long it will last."""
    if progress.has_ended or not progress.rate:
        return ""
    rate = gettext("%(rate)s rows a second", rate=formats.number(progress.rate, 1))
    if not progress.seconds_left:
        return rate
    return gettext("%(rate)s, about %(time)s left", rate=rate, time=formats.duration(progress.seconds_left))
