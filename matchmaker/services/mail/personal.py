"""Mail to people about themselves: an invitation, a forgotten password, what changed about how they sign in.

As in all mail, a link is made when the mail is written, and stands nowhere else.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from matchmaker.config import Config
from matchmaker.domain import Mail, Person, Purpose
from matchmaker.domain.base import utc_now
from matchmaker.i18n import current_language, gettext, pick
from matchmaker.i18n import marked as _
from matchmaker.services import formats
from matchmaker.services.mail import webhook_notices
from matchmaker.services.mail.notices import Letter, Notice
from matchmaker.services.people import keys
from matchmaker.storage import Session
from matchmaker.storage.queries import organisations, people

TO_PEOPLE: Mapping[str, Notice] = {
    "invited": Notice(
        _("You are invited to %(organisation)s"),
        (_("%(organisation)s invites you to work with it on Matchmaker, where large platforms answer what small firms "
           "need."),
         _("The link is for you alone. It can be used once, until %(day)s."),
         _("If you do not know what this is about, you need do nothing.")),
        _("Accept the invitation:")),
    "password_forgotten": Notice(
        _("Choose a new password"),
        (_("Somebody, most likely you, asked for a new password for this address."),
         _("The link can be used once, within the next hour. Whoever is signed in with your address is signed out when "
           "you have chosen."),
         _("If it was not you, you need do nothing: your password stays as it is.")),
        _("Choose a new password:")),
    "password_changed": Notice(
        _("Your password was changed"),
        (_("The password for this address has just been changed, and all other browsers were signed out."),
         _("If it was not you, set a new one now, and tell the administrator of your organisation.")),
        _("If it was not you, set a new password:")),
    "second_step_changed": Notice(
        _("How you sign in was changed"),
        (_("The second step of signing in with this address was set up, taken away, or got new recovery codes."),
         _("If it was not you, set a new password now, and tell the administrator of your organisation.")),
        _("See how you sign in:")),
    "leads_covered": Notice(
        _("You stand in for %(name)s until %(day)s"),
        (_("%(name)s is away until %(day)s and has named you as deputy. Leads that come due meanwhile are now yours: "
           "%(count)s."),
         _("What would be given to %(name)s in these days comes to you too.")),
        _("Open your leads:")),
    **webhook_notices.TO_PEOPLE,
}
PAGES = {"password_changed": "/password/forgotten", "second_step_changed": "/account",
         "leads_covered": "/leads?view=mine"}


def letter(session: Session, config: Config, mail: Mail, person: Person) -> Letter | None:
    """Return a notice in the current language, with its link; None when it has become pointless. Flushes."""
    values: dict[str, str] = {}
    if mail.notice in webhook_notices.TO_PEOPLE:
        if (found := webhook_notices.about(session, mail, person)) is None:
            return None
        values, page = found
    elif mail.notice == "invited":
        invitation = people.open_invitation(session, UUID(str(mail.details["invitation"])))
        if invitation is None or not invitation.is_open(utc_now()):
            return None
        key = keys.mint(session, person.id, Purpose.INVITATION, invitation.expires_at, invitation.id)
        page = f"/join/{key}"
        values = {"organisation": _one_line(pick(invitation.organisation.name)),
                  "day": formats.day_of(invitation.expires_at)}
    elif mail.notice == "password_forgotten":
        page = f"/password/{keys.mint(session, person.id, Purpose.PASSWORD, utc_now() + keys.RESET_LASTS)}"
    else:
        page = PAGES[mail.notice]
    if mail.notice == "leads_covered":
        away, place = UUID(str(mail.details["person"])), UUID(str(mail.details["platform"]))
        absence, absent = people.absence_of(session, away, place), organisations.person_by_id(session, away)
        if absence is None or absent is None or absence.deputy_id != person.id:
            return None
        values = {"name": _one_line(absent.name), "day": formats.day(absence.last_day),
                  "count": formats.number(int(mail.details["count"]))}
    return _written(mail.notice, values, f"{config.public_url}/{current_language()}{page}")


def _written(code: str, values: Mapping[str, Any], link: str) -> Letter:
    notice = TO_PEOPLE[code]
    footer = "-- \n" + gettext("Matchmaker · sent because somebody gave this address to sign in with.")
    parts = [gettext("Hello,"), *(gettext(words, **values) for words in notice.paragraphs),
             f"{gettext(notice.action)}\n{link}", footer]
    return Letter(gettext(notice.subject, **values), "\n\n".join(parts) + "\n")


def _one_line(value: str) -> str:
    return " ".join(value.split())
