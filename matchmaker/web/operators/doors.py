"""What lies behind a sign-in besides the daily work: each page with what it is for, and how much waits there."""

from dataclasses import dataclass

from flask import url_for

from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.services import operating
from matchmaker.web.signing import signing_in

OVERSIGHT = (
    ("web_judging.appeals", _("Appeals"), _("Declines that firms ask you to look at again.")),
    ("web_judging.complaints", _("Complaints"), _("What firms say of a platform's conduct, fees or use of contacts.")),
    ("web_readings.readings", _("Human readings"), _("Firms that want a person to read their need.")),
    ("web_lists.lists", _("Versions of openness lists"), _("Accept what platforms submit, or return it.")),
    ("web_batches.batches", _("Batches"), _("Publish accepted lists together, now or at a moment.")),
    ("web_targets.board", _("Targets"), _("Verify what counts, with its evidence.")),
    ("web_organisations.organisations", _("Organisations"), _("Verify, suspend, reinstate; set what each promises.")),
    ("web_founding.new", _("A new organisation"), _("Take in a platform or incubator; invite its administrator.")),
    ("web_demand.board", _("Demand and supply"), _("What firms look for, what nothing fits, what nobody asks for.")),
    ("web_fairness.page", _("Fairness"), _("What rankings show of each platform; how firms of every sort fare.")),
    ("web_vocabulary.show", _("Vocabulary"), _("Kinds, themes and reasons to decline: add, reword, retire.")),
    ("web_concepts.show", _("Concepts"), _("What needs are taken to mean: try it, add what is missing.")),
    ("web_learning.show", _("Learnt weights"), _("What was learnt, what it would change: promote, roll back.")),
    ("web_transparency.replay", _("Compute a ranking again"), _("From its record, compared byte for byte.")),
    ("web_operating.service", _("The running service"), _("The index, jobs that failed, the audit log.")),
)
"""The operator's pages."""
ORGANISATION = (
    ("web_demand.next_to_open", _("What to open next"), _("What firms look for in vain.")),
    ("web_people.people", _("People of your organisation"), _("Invite, give and take roles.")),
)
"""The pages of those who run an organisation."""


@dataclass(frozen=True)
class Door:
    """A page that the reader may open: where it is, its name, what it is for, and how many things wait there."""

    url: str
    name: str
    purpose: str
    waiting: int


def oversight(waiting: operating.Waiting) -> list[Door]:
    """Return the operator's pages."""
    counts = {"web_judging.appeals": waiting.appeals, "web_judging.complaints": waiting.complaints,
              "web_readings.readings": waiting.readings, "web_fairness.page": waiting.alerts,
              "web_operating.service": waiting.failed_jobs}
    return _doors(OVERSIGHT, counts)


def organisation() -> list[Door]:
    """Return the pages of those who administer an organisation."""
    return _doors(ORGANISATION, {})


def _doors(pages: tuple[tuple[str, str, str], ...], waiting: dict[str, int]) -> list[Door]:
    return [Door(url_for(endpoint), gettext(name), gettext(purpose), waiting.get(endpoint, 0))
            for endpoint, name, purpose in pages if signing_in.may_open(endpoint)]
