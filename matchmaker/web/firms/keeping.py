"""What is kept, for how long, and who sees it, in words and with the figures of the settings."""

from typing import NamedTuple

from matchmaker.config import Config
from matchmaker.i18n import gettext, ngettext
from matchmaker.services.purging import Retention


class Kept(NamedTuple):
    """One kind of thing that is kept."""

    what: str
    how_long: str
    who: str


def kept(config: Config) -> list[Kept]:
    """Return everything that is kept of firms, and of the people of platforms, in the current language."""
    retention = Retention.of(config)
    return [
        Kept(gettext("A need that you have begun"), ngettext(
            "%(num)s day after the last change; longer only while you want to be told of something new",
            "%(num)s days after the last change; longer only while you want to be told of something new",
            retention.draft_days), gettext("You, by your private link")),
        Kept(gettext("A need that you have sent, and what both sides write about it"),
             gettext("Until you delete it"),
             gettext("You, and each platform that you named, while your consent to it holds")),
        Kept(gettext("Name, e-mail and telephone"), gettext("As long as the need"),
             gettext("A platform that has accepted, while your consent to it holds")),
        Kept(gettext("Attached files"), gettext("As long as the need"),
             gettext("A platform that has accepted; one that you allow it may see them before")),
        Kept(gettext("Your private link"), ngettext(
            "It opens your need for %(num)s day", "It opens your need for %(num)s days", retention.link_days),
            gettext("You; we keep only its fingerprint, from which it cannot be made again")),
        Kept(gettext("Your account, if you have one"),
             gettext("As long as a need is in it; of your address a fingerprint, and which needs are in it"),
             gettext("You, by a link for one use that is mailed to you")),
        Kept(gettext("Mail to you"), ngettext(
            "Its words are not kept; that it was sent, %(num)s day",
            "Its words are not kept; that it was sent, %(num)s days", retention.mail_days), gettext("Nobody but you")),
        Kept(gettext("Sign-ins of people of platforms"), ngettext(
            "%(num)s hour, or until they sign out", "%(num)s hours, or until they sign out", retention.sign_in_hours),
            gettext("Nobody; roles are read anew with every page")),
    ]
