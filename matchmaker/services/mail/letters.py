"""Put a mail together when it is sent: whom it goes to, what it speaks of, and a fresh private link for a firm.

Only here do an address and the key of a link exist in plain; neither is stored, logged or put into an error.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Lead, LeadState, Mail, MailStatus, OfferingStatus, Person, Role, Service, VersionStatus
from matchmaker.domain.actors import ANSWERING, EDITING
from matchmaker.domain.base import utc_now
from matchmaker.domain.clocks import RUNNING
from matchmaker.domain.leads import REVEALED
from matchmaker.errors import NotFound
from matchmaker.i18n import LANGUAGES, current_language, pick, shorten, use_language
from matchmaker.services import formats, links
from matchmaker.services.mail import account_notices, list_notices, notices, personal
from matchmaker.storage.queries import leads, mails, needs, offerings, openness, organisations

TITLE = 80
"""Characters of a title that a mail shows."""
TRUE_IN: Mapping[str, Collection[LeadState]] = {
    "question_asked": {LeadState.INFO_REQUESTED}, "lead_accepted": REVEALED, "answer_due": RUNNING,
    "answer_late": RUNNING, "platform_reminded": RUNNING, "platform_late": RUNNING, "terms_accepted": REVEALED,
    "terms_offered": {LeadState.TERMS_OFFERED}, "terms_taken_back_by_platform": {LeadState.IN_REVIEW},
    "lead_waitlisted": {LeadState.WAITLISTED},
    "delivery_by_firm": {LeadState.IN_DELIVERY}, "delivery_by_platform": {LeadState.IN_DELIVERY},
    "appeal_made": {LeadState.APPEALED}, "invited": {LeadState.SUGGESTED},
}
"""States of a lead outside of which a notice, late as mail may be, would say something untrue."""

LISTS_TRUE_IN = {"list_submitted": VersionStatus.IN_REVIEW, "list_returned": VersionStatus.DRAFT,
                 "list_accepted": VersionStatus.ACCEPTED}
"""The same of versions of openness lists."""

PAGES = {"validity_ends": "/platform/offerings?shelf=ending", "list_ends": "/platform/lists",
         "appeal_made": "/operator/appeals", "complaint_made": "/operator/complaints",
         "complaint_answered": "/operator/complaints", "reading_asked": "/operator/readings"}
"""Where a notice leads that is not about leads."""


class Unsendable(Exception):
    """This mail can never be sent; says why, without saying to whom."""


@dataclass(frozen=True)
class Prepared:
    """A mail ready to be handed over, and the key of the private link in it."""

    message: EmailMessage
    key: str | None


def prepare(session: Session, config: Config, mail_id: UUID) -> Prepared | None:
    """Write a mail that waits, minting the link it carries; None when it is gone or no longer waits. Flushes.

    Raise `Unsendable` when nobody is left to get it, or what it speaks of is gone.
    """
    mail = mails.mail_by_id(session, Service(), mail_id)
    if mail is None or mail.status != MailStatus.QUEUED:
        return None
    return _to_firm(session, config, mail, mail.need_id) if mail.need_id else _to_person(session, config, mail)


def _to_firm(session: Session, config: Config, mail: Mail, need_id: UUID) -> Prepared:
    need = needs.need_by_id(session, Service(), need_id)
    contact = needs.contact_of(session, Service(), need_id)
    if contact is None:
        raise Unsendable("no contact")
    with use_language(_language(contact.language)):
        if mail.notice in account_notices.TO_ACCOUNTS:
            letter = account_notices.letter(session, config, mail, contact)
            return Prepared(_message(config, mail, contact.email, letter), None)
        values = _values(session, mail) | {"need": need.reference}
        key = links.add_link(session, config, need)
        values["until"] = formats.day_of(utc_now() + dt.timedelta(days=config.link_days))
        letter = notices.letter(mail.notice, values, f"{config.public_url}/{current_language()}/my/{key}")
        return Prepared(_message(config, mail, contact.email, letter), key)


def _to_person(session: Session, config: Config, mail: Mail) -> Prepared:
    person = organisations.person_by_id(session, mail.person_id) if mail.person_id else None
    if person is None:
        raise Unsendable("no such person")
    with use_language(_language(person.language)):
        if mail.notice in personal.TO_PEOPLE:
            if (about_them := personal.letter(session, config, mail, person)) is None:
                raise Unsendable("overtaken by events")
            return Prepared(_message(config, mail, person.email, about_them), None)
        lead = _lead(session, mail)
        values = _values(session, mail) | {"name": person.name}
        if mail.notice in notices.TO_OPERATORS:
            _check_operator(session, person)
        else:
            roles = EDITING if mail.notice == "validity_ends" or mail.notice in list_notices.TO_EDITORS else ANSWERING
            platform_id = lead.platform_id if lead else mail.details.get("platform")
            values["platform"] = _platform(session, person, platform_id, roles)
        many = mail.notice == "lead_arrived" and int(mail.details.get("count") or 1) > 1
        code = "leads_arrived" if many else mail.notice
        is_one = lead is not None and not many and mail.notice != "referrals_arrived"
        place = f"/platform/lists/{mail.details['version']}" if "version" in mail.details else "/leads"
        page = PAGES.get(mail.notice) or (f"/leads/{lead.id}" if lead and is_one else place)
        letter = notices.letter(code, values, f"{config.public_url}/{current_language()}{page}")
        return Prepared(_message(config, mail, person.email, letter), None)


def _check_operator(session: Session, person: Person) -> None:
    """Raise `Unsendable` when somebody is no operator any more."""
    if not any(Role.OPERATOR in roles for roles in organisations.roles_of(session, person).values()):
        raise Unsendable("no longer an operator")


def _platform(session: Session, person: Person, platform_id: UUID | str | None, roles: frozenset[Role]) -> str:
    """Return the platform's name; a person who no longer answers for it gets no mail about its work."""
    place = UUID(str(platform_id)) if platform_id else None
    if place is None or not organisations.roles_of(session, person).get(place, frozenset()) & roles:
        raise Unsendable("no longer in the team")
    return pick(organisations.organisations_by_id(session, [place])[0].name)


def _lead(session: Session, mail: Mail) -> Lead | None:
    """Return the lead that a mail speaks of, None when it speaks of none; raise `Unsendable` when it is gone."""
    if not mail.details.get("lead"):
        return None
    try:
        return leads.lead_by_id(session, Service(), UUID(str(mail.details["lead"])))
    except (NotFound, ValueError):
        raise Unsendable("the lead is gone") from None


def _values(session: Session, mail: Mail) -> dict[str, Any]:
    """Return what fills the places of a notice, in the current language."""
    if mail.notice == "need_received":
        return _of_need(session, mail)
    if mail.notice == "validity_ends":
        return {"list": notices.bullets(_ending_lines(session, mail))}
    if mail.details.get("version"):
        return _of_list(session, mail)
    if mail.notice in ("something_new", "room_again"):
        return {"list": notices.bullets([_offering_line(session, UUID(text)) for text in mail.details["offerings"]])}
    if mail.notice == "need_erased":
        return {"lead": mail.details["reference"]}
    if mail.notice == "consent_asked":
        return _incubator(session, mail)
    lead = _lead(session, mail)
    if lead is None:
        return {}
    if lead.state not in TRUE_IN.get(mail.notice, {lead.state}):
        raise Unsendable("overtaken by events")
    former = leads.lead_by_id(session, Service(), lead.parent_id) if lead.parent_id else lead
    return {**_incubator(session, mail), "former": pick(former.platform.name), "list": _next_lines(session, mail),
            "lead": lead.reference, "platform": pick(lead.platform.name),
            "offering": shorten(pick(lead.offering.title), TITLE), "day": formats.day_of(lead.due_at),
            "count": formats.number(int(mail.details.get("count") or 1))}


def _of_list(session: Session, mail: Mail) -> dict[str, str]:
    """Return what a notice says of a version of an openness list; raise `Unsendable` when it is no longer so."""
    try:
        version = openness.version_by_id(session, Service(), UUID(mail.details["version"]))
    except NotFound:
        raise Unsendable("the list is gone") from None
    if version.status != LISTS_TRUE_IN.get(mail.notice, version.status):
        raise Unsendable("overtaken by events")
    return {"platform": pick(version.openness_list.platform.name), "day": formats.day(version.valid_through)}


def _next_lines(session: Session, mail: Mail) -> str:
    ids = mail.details.get("offerings") or ()
    return notices.bullets([_offering_line(session, UUID(text)) for text in ids])


def _incubator(session: Session, mail: Mail) -> dict[str, str]:
    """Return the name of the incubator that a mail speaks of, if it speaks of one."""
    if not mail.details.get("incubator"):
        return {}
    found = organisations.organisations_by_id(session, [UUID(str(mail.details["incubator"]))])
    return {"incubator": pick(found[0].name) if found else ""}


def _of_need(session: Session, mail: Mail) -> dict[str, Any]:
    found = leads.leads_of_need(session, Service(), mail.need_id) if mail.need_id else ()
    if not found:
        raise Unsendable("the leads are gone")
    names = dict.fromkeys(pick(lead.platform.name) for lead in found)
    return {"platforms": notices.listed(list(names)), "day": formats.day_of(max(lead.due_at for lead in found))}


def _offering_line(session: Session, offering_id: UUID) -> str:
    offering = offerings.offering_by_id(session, offering_id)
    return f"{shorten(pick(offering.title), TITLE)} · {pick(offering.platform.name)}" if offering else ""


def _ending_lines(session: Session, mail: Mail) -> list[str]:
    """Return the offerings that still end, with their last days; raise `Unsendable` when all have been seen to."""
    found = offerings.offerings_by_id(session, [UUID(text) for text in mail.details["offerings"]])
    platform = str(mail.details.get("platform"))
    lines = [f"{shorten(pick(offering.title), TITLE)} · {formats.day(offering.valid_through)}"
             for offering in found.values() if offering.status == OfferingStatus.PUBLISHED and offering.valid_through
             and str(offering.platform_id) == platform]
    if not lines:
        raise Unsendable("overtaken by events")
    return lines


def _message(config: Config, mail: Mail, address: str, letter: notices.Letter) -> EmailMessage:
    """Return the mail with its headers; its Message-ID is made of its id, so that a repeat is known as one."""
    message = EmailMessage()
    try:
        message["To"] = Address(addr_spec=address)
    except (MessageError, ValueError, IndexError):
        raise Unsendable("the address cannot be used") from None
    message["From"] = config.mail_from
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(utc_now())
    message["Message-ID"] = f"<{mail.id}@{parseaddr(config.mail_from)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message["Content-Language"] = current_language()
    return message


def _language(code: str) -> str:
    return code if code in LANGUAGES else "en"
