"""The words of each notice: what happened, what to do, by when, and where.

Nothing that a firm typed stands in a notice. A team's mail has neither the name of the firm nor words of its need, and
a firm's mail has them neither: addresses are typed by strangers, and nobody is to send words of their own to others
through us.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matchmaker.i18n import gettext, ngettext
from matchmaker.i18n import marked as _
from matchmaker.services.mail import clock_notices, life_notices, list_notices
from matchmaker.services.mail.parts import Notice

LISTED = 5
"""How many things a mail names before it only counts the rest."""


@dataclass(frozen=True)
class Letter:
    """A mail in words, ready to be addressed."""

    subject: str
    text: str

TO_FIRMS: Mapping[str, Notice] = {
    "need_received": Notice(
        _("Your need %(need)s is on its way"),
        (_("Your need %(need)s is now with: %(platforms)s."),
         _("They read what you need. Who you are and how to reach you stays hidden until one of them accepts."),
         _("Expect an answer from each of them by %(day)s. We write to you as soon as one answers or has a question; "
           "until then there is nothing you need to do.")),
        _("Follow, answer and withdraw on your private page:")),
    "consent_asked": Notice(
        _("%(incubator)s asks for your consent (need %(need)s)"),
        (_("%(incubator)s has written down a need of your firm and would like to pass it on for you to platforms that "
           "open resources to small firms."),
         _("No platform has seen anything. You read the need first, see who would get it, and agree or refuse for each "
           "of them; or you delete it."),
         _("Without an answer the need is deleted by itself after a while, and nobody learns of it.")),
        _("Read it, and agree or refuse, on your private page:")),
    "link_again": Notice(
        _("Your private link for need %(need)s"),
        (_("Here is a new link to your private page, as you asked. Earlier links keep working until their time is "
           "over."),
         _("If it was not you who asked, you need do nothing: the link was sent to this address only.")),
        _("Open your private page:")),
    "question_asked": Notice(
        _("%(platform)s has a question for you"),
        (_("%(platform)s is looking at your request %(lead)s about “%(offering)s”, and needs to know something more "
           "before it can decide."),
         _("The platform waits for you now: the sooner you answer, the sooner it decides. Your name and contact stay "
           "hidden as before.")),
        _("Read the question and answer it on your private page:")),
    "lead_accepted": Notice(
        _("%(platform)s says yes: %(offering)s"),
        (_("Good news: %(platform)s has accepted your request %(lead)s about “%(offering)s”."),
         _("As you agreed, the platform can now see your name and contact, and will get in touch with you.")),
        _("See the answer and what comes next on your private page:")),
    "lead_waitlisted": Notice(
        _("%(platform)s has put your request on its waiting list"),
        (_("%(platform)s would take up your request %(lead)s about “%(offering)s”, but has no room at present. It is "
           "now on its waiting list."),
         _("There is nothing you need to do. You can ask other platforms meanwhile, or take the request back.")),
        _("See your request and who else could help:")),
    "lead_declined": Notice(
        _("%(platform)s has answered your request"),
        (_("%(platform)s cannot take up your request %(lead)s about “%(offering)s”. The reason stands on your private "
           "page."),
         _("That need not be the end: your need is as good as before, and you can ask other platforms from there. "
           "Your name and contact were not passed on with this request.")),
        _("Read the reason, and see who else could help:")),
    "something_new": Notice(
        _("Something new fits your need %(need)s"),
        (_("Since you last looked, platforms have opened resources that fit your need %(need)s:"),
         "%(list)s",
         _("No platform has been told anything; you decide whether to ask. You get at most one such mail a day, and "
           "can end them on the same page.")),
        _("See why they fit, on your private page:")),
    "invited": Notice(
        _("%(platform)s invites you to ask for “%(offering)s”"),
        (_("You let platforms find your need %(need)s by its facts. %(platform)s thinks that “%(offering)s” fits it, "
           "and invites you to ask."),
         _("It has not read your words and does not know who you are. You decide; if you do nothing, it hears "
           "nothing.")),
        _("See why it fits, ask or decline on your private page:")),
    "room_again": Notice(
        _("There is room again (need %(need)s)"),
        (_("You asked to be told when these have room again, and now they have:"),
         "%(list)s",
         _("Nothing is reserved for you, so ask soon. We do not write about these again unless you ask for it.")),
        _("Ask for it from your private page:")),
    **{code: Notice(*parts) for code, parts in clock_notices.TO_FIRMS.items()},
    **life_notices.TO_FIRMS,
}
"""Notices to the firm behind a need."""

TO_TEAMS: Mapping[str, Notice] = {
    "lead_arrived": Notice(
        _("New lead %(lead)s: please answer by %(day)s"),
        (_("A firm asks about “%(offering)s”. The lead is %(lead)s."),
         _("Please answer by %(day)s: accept, ask back, or decline with a reason.")),
        _("Open the lead:")),
    "leads_arrived": Notice(
        _("%(count)s new leads: please answer by %(day)s"),
        (_("A firm asks about %(count)s of your resources, among them “%(offering)s”."),
         _("Please answer each by its day, the first by %(day)s: accept, ask back, or decline with a reason.")),
        _("Open your leads:")),
    "referrals_arrived": Notice(
        _("%(count)s new leads referred by %(incubator)s"),
        (_("%(incubator)s has referred firms to you: %(count)s leads have come, the first about “%(offering)s”."),
         _("Please answer each by its day, the first by %(day)s: accept, ask back, or decline with a reason.")),
        _("Open your leads:")),
    "question_answered": Notice(
        _("Lead %(lead)s: the firm has answered"),
        (_("The firm has answered your question about “%(offering)s”."),
         _("The lead is yours to decide again, by %(day)s if you can.")),
        _("Read the answer and decide:")),
    "lead_withdrawn": Notice(
        _("Lead %(lead)s was withdrawn"),
        (_("The firm has withdrawn its request about “%(offering)s”."),
         _("Nothing is left for you to do.")),
        _("See the lead and its history:")),
    "need_corrected": Notice(
        _("Lead %(lead)s: the need behind it was corrected"),
        (_("The incubator that referred the firm has corrected its need (“%(offering)s”)."),
         _("The lead stays where it was. Read the need again before you decide; the match was computed anew.")),
        _("Read the need as it is now:")),
    "consent_withdrawn": Notice(
        _("Lead %(lead)s: the firm has withdrawn its consent"),
        (_("The firm has withdrawn its consent that your organisation sees its need and data (“%(offering)s”)."),
         _("From now on its need, messages, files and contact are closed to you. Please delete today whatever you "
           "copied, and do not use the contact any more.")),
        _("See what remains of the lead:")),
    "need_erased": Notice(
        _("A lead was erased: %(lead)s"),
        (_("The firm has erased its need, and with it lead %(lead)s and everything that belonged to it."),
         _("Please delete today whatever you copied from it. Nothing else is left for you to do.")),
        _("To your leads:")),
    "validity_ends": Notice(
        _("Offerings of %(platform)s end soon"),
        (_("These offerings are shown to firms until their last day, and not after it:"),
         "%(list)s",
         _("If they are still as they say, one click extends each by a year.")),
        _("Open the offerings that end soon:")),
    **list_notices.TO_EDITORS,
    **{code: Notice(*parts) for code, parts in clock_notices.TO_TEAMS.items()},
    **life_notices.TO_TEAMS,
}
"""Notices to the people who answer for a platform."""

TO_OPERATORS = {**life_notices.TO_OPERATORS, **list_notices.TO_OPERATORS}
"""Notices to the operators."""


def letter(code: str, values: Mapping[str, Any], link: str) -> Letter:
    """Return a notice in the current language.

    ``values`` fills its places: ``need`` and ``lead`` (references), ``platform``, ``platforms``, ``offering``,
    ``day``, ``count``, ``list``, ``former`` (the platform before); for firms also ``until``, the last day of the link,
    and for people ``name``.
    """
    is_to_firm = code in TO_FIRMS
    notice = {**TO_FIRMS, **TO_TEAMS, **TO_OPERATORS}[code]
    greeting = gettext("Hello,") if is_to_firm else gettext("Hello %(name)s,", name=values["name"])
    filled = {name: _one_line(value) if name != "list" else value for name, value in values.items()}
    paragraphs = [gettext(words, **filled) for words in notice.paragraphs]
    footer = _to_firm_footer(filled) if is_to_firm else _to_team_footer(filled) if code in TO_TEAMS else \
        _to_operator_footer()
    parts = [_one_line(greeting), *paragraphs, f"{gettext(notice.action)}\n{link}", footer]
    return Letter(_one_line(gettext(notice.subject, **filled)), "\n\n".join(parts) + "\n")


def listed(names: Sequence[str]) -> str:
    """Return names in one line, the first few of many.

    >>> listed(["Jianghai", "Tianquan"])
    'Jianghai, Tianquan'
    """
    words = gettext(", ").join(names[:LISTED])
    rest = len(names) - LISTED
    return ngettext("%(names)s and %(num)s other", "%(names)s and %(num)s others", rest, names=words) if rest > 0 \
        else words


def bullets(lines: Sequence[str]) -> str:
    """Return lines below one another, the first few of many."""
    shown = [f"• {_one_line(line)}" for line in lines[:LISTED]]
    rest = len(lines) - LISTED
    return "\n".join([*shown, ngettext("• and %(num)s more", "• and %(num)s more", rest)] if rest > 0 else shown)


def _to_firm_footer(values: Mapping[str, Any]) -> str:
    return "\n".join((
        gettext("The link opens your need without a password until %(until)s. Please keep it to yourself.", **values),
        "",
        "-- ",
        gettext("Matchmaker · sent because this address was given with need %(need)s. Is it not yours? The page behind "
                "the link deletes everything.", **values),
    ))


def _to_team_footer(values: Mapping[str, Any]) -> str:
    return "-- \n" + gettext("Matchmaker · sent because you answer for %(platform)s.", **values)


def _to_operator_footer() -> str:
    return "-- \n" + gettext("Matchmaker · sent because you are an operator of this service.")


def _one_line(value: Any) -> str:
    """Return a value as one line: names come from platforms, and must not add lines or headers of their own."""
    return " ".join(str(value).split())
