"""The words of what is told as an answer clock runs, and when a platform is suspended: subject, paragraphs, action."""

from collections.abc import Mapping, Sequence

from matchmaker.i18n import marked as _

Parts = tuple[str, Sequence[str], str]

TO_FIRMS: Mapping[str, Parts] = {
    "platform_reminded": (
        _("%(platform)s was reminded of your request"),
        (_("%(platform)s has not answered your request %(lead)s about “%(offering)s” yet. It promised to by %(day)s, "
           "and we have reminded it."),
         _("There is nothing you need to do.")),
        _("Follow your request on your private page:")),
    "platform_late": (
        _("%(platform)s is late with its answer"),
        (_("%(platform)s promised to answer your request %(lead)s about “%(offering)s” by %(day)s, and has not done "
           "so."),
         _("Those who lead its team have been told. If it still does not answer, your request ends there; then your "
           "need is passed on, if you agreed to that, or we name you whom you could ask next.")),
        _("Follow your request on your private page:")),
    "lead_passed_on": (
        _("Your need %(need)s is now with %(platform)s"),
        (_("%(former)s has not taken up your need. As you agreed, it was passed on to %(platform)s, the one that fits "
           "it next best, for “%(offering)s”. Your request there is %(lead)s."),
         _("%(platform)s reads what you need. Who you are and how to reach you stays hidden until it accepts. Expect "
           "an answer by %(day)s."),
         _("If you do not want that, withdraw the request or your consent on the same page: it can then read nothing "
           "any more.")),
        _("Follow, answer and withdraw on your private page:")),
    "choose_next": (
        _("Who else fits your need %(need)s"),
        (_("%(platform)s does not answer your request %(lead)s about “%(offering)s”. These fit your need next best:"),
         "%(list)s",
         _("We have told them nothing; you decide whether to ask.")),
        _("Choose on your private page:")),
    "nobody_next": (
        _("No answer from %(platform)s"),
        (_("%(platform)s does not answer your request %(lead)s about “%(offering)s”. At present no other platform fits "
           "well enough that you have not asked."),
         _("On your private page you can change your need, or let us write to you when something new fits.")),
        _("Open your private page:")),
    "platform_suspended": (
        _("%(platform)s is suspended for now"),
        (_("The operator has suspended %(platform)s. Nobody works on your request %(lead)s about “%(offering)s” at "
           "present."),
         _("If the platform is reinstated, its time to answer begins anew. In the meantime we look for who else fits, "
           "and write to you about it.")),
        _("See how it stands on your private page:")),
}
"""To the firm behind a need."""

TO_TEAMS: Mapping[str, Parts] = {
    "answer_due": (
        _("Lead %(lead)s: your answer is due by %(day)s"),
        (_("A firm waits for your answer about “%(offering)s”, which you promised by %(day)s."),
         _("Please accept, ask back, or decline with a reason. What is not answered ends, and may go to another "
           "platform.")),
        _("Open the lead:")),
    "answer_late": (
        _("Lead %(lead)s is late: please see to its answer"),
        (_("Your team promised a firm an answer about “%(offering)s” by %(day)s, and has not given it."),
         _("You get this because you lead the team. If nobody answers in the next days, the lead ends as unanswered, "
           "and may go to another platform.")),
        _("Open the lead:")),
    "lead_expired": (
        _("Lead %(lead)s has ended unanswered"),
        (_("Nobody answered the firm about “%(offering)s”, neither by %(day)s nor in the days after. The firm has been "
           "told."),
         _("Nothing is left for you to do.")),
        _("See the lead and its history:")),
    "organisation_suspended": (
        _("%(platform)s is suspended"),
        (_("The operator has suspended %(platform)s. Firms are not shown its offerings, and its leads can be read but "
           "not answered."),
         _("The reason stands above your leads. Please get in touch with the operator.")),
        _("To your leads:")),
    "organisation_reinstated": (
        _("%(platform)s is shown again"),
        (_("The operator has reinstated %(platform)s: firms see its offerings again, and your team can answer."),
         _("For each lead that waits, your time to answer has begun anew.")),
        _("To your leads:")),
}
"""To the people who answer for a platform."""
