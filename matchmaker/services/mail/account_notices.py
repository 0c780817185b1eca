"""Mail to a firm about its account: the link that opens it, and what is new for several of its needs."""

from uuid import UUID

from matchmaker.config import Config
from matchmaker.domain import Contact, Mail, Service
from matchmaker.errors import NotFound
from matchmaker.i18n import current_language, gettext, pick, shorten
from matchmaker.i18n import marked as _
from matchmaker.services.firms import news, opening
from matchmaker.services.mail.notices import Letter, bullets
from matchmaker.services.mail.parts import Notice
from matchmaker.storage import Session
from matchmaker.storage.queries import needs, offerings

TITLE = 80
"""Characters of a title that a mail shows."""

TO_ACCOUNTS = {
    opening.NOTICE: Notice(
        _("Open your needs in one place"),
        (_("Somebody, most likely you, asked for the link to all needs that were sent with this address. If they are "
           "not gathered in an account yet, it begins one; nobody has to have one."),
         _("The link can be used once, within the next hour. Keep it to yourself: whoever uses it reads your needs."),
         _("If it was not you, you need do nothing: without this mail nobody gets in.")),
        _("Open your needs:")),
    news.NOTICE: Notice(
        _("Something new fits your needs"),
        (_("Since you last looked, platforms have opened resources that fit needs in your account:"),
         "%(list)s",
         _("No platform has been told anything; you decide whether to ask. You get at most one such mail a day for all "
           "your needs, and can end them on the page with your needs.")),
        _("Open your needs:")),
}


def letter(session: Session, config: Config, mail: Mail, contact: Contact) -> Letter:
    """Return the notice in the current language, with a link that is made here and stands nowhere else. Flushes."""
    notice, values, page = TO_ACCOUNTS[mail.notice], {}, "/firm"
    if mail.notice == opening.NOTICE:
        page = f"/firm/enter/{opening.mint(session, contact, gathers=bool(mail.details.get('gathers')))}"
    else:
        values = {"list": _sections(session, mail, contact)}
    footer = "-- \n" + gettext("Matchmaker · sent because a need was sent with this address.")
    link = f"{config.public_url}/{current_language()}{page}"
    said = [gettext(words, **values) for words in notice.paragraphs]
    parts = [gettext("Hello,"), *said, f"{gettext(notice.action)}\n{link}", footer]
    return Letter(gettext(notice.subject), "\n\n".join(parts) + "\n")


def _sections(session: Session, mail: Mail, contact: Contact) -> str:
    """Return what is new for each need that still has the address: its number, and the offerings below it."""
    sections = []
    for text, ids in mail.details["needs"].items():
        try:
            need = needs.need_by_id(session, Service(), UUID(text))
        except NotFound:
            continue
        own = needs.contact_of(session, Service(), need.id)
        if own is None or own.email != contact.email:
            continue
        found = offerings.offerings_by_id(session, [UUID(one) for one in ids])
        lines = [f"{shorten(pick(one.title), TITLE)} · {pick(one.platform.name)}" for one in found.values()]
        sections.append(f"{need.reference}\n{bullets(lines)}")
    return "\n\n".join(sections)
