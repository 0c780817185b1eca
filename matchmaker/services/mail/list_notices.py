"""The notices about openness lists. What the operator wrote is read on the list's page alone."""

from collections.abc import Mapping

from matchmaker.i18n import marked as _
from matchmaker.services.mail.parts import Notice

_LIST = _("Open the list:")

TO_EDITORS: Mapping[str, Notice] = {
    "list_ends": Notice(
        _("The openness list of %(platform)s ends soon"),
        (_("The version in force of your openness list is valid until %(day)s. From the next day on, its page says "
           "that it is over."),
         _("Begin the next version in time: it is published with a batch, after the operator has accepted it.")),
        _("Open your openness lists:")),
    "list_returned": Notice(
        _("The openness list of %(platform)s was returned to you"),
        (_("The operator has read the version of your openness list that you submitted, and asks for changes. The "
           "reason stands on its page."),
         _("Change it and submit it again. Until then the version before stays in force.")),
        _LIST),
    "list_accepted": Notice(
        _("The openness list of %(platform)s was accepted"),
        (_("The operator has accepted the version of your openness list that you submitted. It is published with the "
           "next batch, and we write to you then."),
         _("There is nothing you need to do.")),
        _LIST),
    "list_published": Notice(
        _("The openness list of %(platform)s is published"),
        (_("Your openness list stands in a new version, and firms are now shown what it opens."),
         _("Keep capacity and prices up to date with your offerings: what changes is said on its page.")),
        _LIST),
}
"""To the people who edit a platform's offerings and lists."""

TO_OPERATORS: Mapping[str, Notice] = {
    "list_submitted": Notice(
        _("%(platform)s has submitted its openness list"),
        (_("A new version of the openness list of %(platform)s waits for you."),
         _("Please accept it, so that it can be published with a batch, or return it and say what is missing.")),
        _LIST),
}
