"""The notices about a lead's later life: messages, terms, delivery, feedback, appeals, complaints.

None of them repeats what somebody wrote: it is read behind the link alone.
"""

from collections.abc import Mapping

from matchmaker.i18n import marked as _
from matchmaker.services.mail.parts import Notice

_PRIVATE, _LEAD = _("Open your private page:"), _("Open the lead:")

TO_FIRMS: Mapping[str, Notice] = {
    "message_by_platform": Notice(
        _("%(platform)s has written to you"),
        (_("%(platform)s has written to you about your request %(lead)s, “%(offering)s”."),
         _("The message stands on your private page, where you can answer it. Until you have read it you get no other "
           "mail about messages of this request.")),
        _PRIVATE),
    "terms_offered": Notice(
        _("%(platform)s offers you terms"),
        (_("%(platform)s would take up your request %(lead)s about “%(offering)s”, and states its terms."),
         _("It is for you to accept or decline them. When you accept, the platform gets your name and contact, as you "
           "agreed; when you decline, this request ends.")),
        _("Read the terms and answer on your private page:")),
    "terms_taken_back_by_platform": Notice(
        _("%(platform)s has taken its terms back"),
        (_("%(platform)s has taken back the terms that it offered for your request %(lead)s, “%(offering)s”. They can "
           "no longer be accepted."),
         _("It looks at your request again and answers by %(day)s. There is nothing you need to do.")),
        _PRIVATE),
    "lead_waitlisted": Notice(
        _("You are on the waiting list of %(platform)s"),
        (_("%(platform)s cannot take up your request %(lead)s about “%(offering)s” at present, and has put it on its "
           "waiting list."),
         _("You need do nothing. You can withdraw at any time, and ask others at the same time.")),
        _PRIVATE),
    "delivery_by_platform": Notice(
        _("%(platform)s has begun: %(offering)s"),
        (_("%(platform)s says that the work on your request %(lead)s has begun."),
         _("When all is delivered, either of you says so.")),
        _PRIVATE),
    "completed_by_platform": Notice(
        _("Delivered: %(offering)s"),
        (_("%(platform)s says that your request %(lead)s is delivered."),
         _("How did it go? The platform reads your feedback when it has given its own, or after 14 days.")),
        _("Say how it went on your private page:")),
    "failed_by_platform": Notice(
        _("Your request %(lead)s came to nothing"),
        (_("%(platform)s says that your request %(lead)s about “%(offering)s” came to nothing. The reason stands on "
           "your private page."),
         _("Your need is as good as before, and you can ask other platforms from there.")),
        _("Read the reason, and see who else could help:")),
    "rated_by_platform": Notice(
        _("%(platform)s has said how it went"),
        (_("%(platform)s has given its feedback on your request %(lead)s. You can read it when you have given yours, "
           "or after 14 days."),),
        _("Say how it went on your private page:")),
    "appeal_granted": Notice(
        _("Your appeal was heard: %(lead)s"),
        (_("The operator has returned your request %(lead)s about “%(offering)s” to %(platform)s, which looks at it "
           "again by %(day)s."),
         _("The operator's reason stands on your private page.")),
        _PRIVATE),
    "appeal_refused": Notice(
        _("Your appeal was decided: %(lead)s"),
        (_("The operator has looked at your request %(lead)s about “%(offering)s”, and the answer of %(platform)s "
           "stands. The reason is on your private page."),
         _("Your need is as good as before, and you can ask other platforms from there.")),
        _("Read the reason, and see who else could help:")),
    "reading_answered": Notice(
        _("A person has read your need %(need)s"),
        (_("You asked for a person to read your need, and one has. No platform has been told anything by it."),
         _("Whom to ask is yours to decide, as before.")),
        _("Read the answer on your private page:")),
    "complaint_ended": Notice(
        _("Your complaint was decided: %(lead)s"),
        (_("The operator has decided on your complaint about %(platform)s and your request %(lead)s."),
         _("What came of it stands on your private page.")),
        _PRIVATE),
}
TO_TEAMS: Mapping[str, Notice] = {
    "message_by_firm": Notice(
        _("Lead %(lead)s: the firm has written to you"),
        (_("The firm has written to you about “%(offering)s”."),
         _("The message stands with the lead, where you can answer it. Until you have read it you get no other mail "
           "about messages of this lead.")),
        _LEAD),
    "terms_accepted": Notice(
        _("Lead %(lead)s: the firm accepts your terms"),
        (_("The firm accepts your terms for “%(offering)s”. You can now see its name and contact with the lead."),
         _("Please get in touch with it within a week.")),
        _LEAD),
    "terms_declined": Notice(
        _("Lead %(lead)s: the firm declines your terms"),
        (_("The firm declines your terms for “%(offering)s”, and with that the lead has ended."),
         _("Nothing is left for you to do.")),
        _LEAD),
    "delivery_by_firm": Notice(
        _("Lead %(lead)s: the work has begun"),
        (_("The firm says that the work on “%(offering)s” has begun."),
         _("When all is delivered, either of you says so.")),
        _LEAD),
    "completed_by_firm": Notice(
        _("Lead %(lead)s: delivered"),
        (_("The firm says that “%(offering)s” is delivered."),
         _("How did it go? The firm reads your feedback when it has given its own, or after 14 days.")),
        _LEAD),
    "failed_by_firm": Notice(
        _("Lead %(lead)s came to nothing"),
        (_("The firm says that its request about “%(offering)s” came to nothing. The reason stands with the lead."),
         _("What it held of your capacity is free again.")),
        _LEAD),
    "rated_by_firm": Notice(
        _("Lead %(lead)s: the firm has said how it went"),
        (_("The firm has given its feedback on “%(offering)s”. You can read it when you have given yours, or after "
           "14 days."),),
        _LEAD),
    "lead_returned": Notice(
        _("Lead %(lead)s was returned to you"),
        (_("The firm has appealed against your answer about “%(offering)s”, and the operator has returned the lead to "
           "you. The reason stands in its history."),
         _("Please look at it again and answer by %(day)s.")),
        _LEAD),
    "complaint_put": Notice(
        _("Lead %(lead)s: a complaint, please answer"),
        (_("A firm has complained about how its request about “%(offering)s” was dealt with, and the operator asks "
           "for your side of it."),
         _("Only the operator reads your answer.")),
        _("Read the complaint and answer it:")),
}
TO_OPERATORS: Mapping[str, Notice] = {
    "reading_asked": Notice(
        _("A firm asks for a person to read its need"),
        (_("A firm does not want to leave to a machine what fits its need, and asks you to read it."),
         _("Please answer within 5 working days: what fits, or that nothing does, and why.")),
        _("Open the human readings:")),
    "appeal_made": Notice(
        _("An appeal: lead %(lead)s"),
        (_("A firm appeals against the decline of lead %(lead)s by %(platform)s."),
         _("Please return it to review or confirm the decline within 10 working days.")),
        _("Open the appeals:")),
    "complaint_made": Notice(
        _("A complaint: lead %(lead)s"),
        (_("A firm complains about %(platform)s and lead %(lead)s."),
         _("Please take it in hand, and decide within 10 working days.")),
        _("Open the complaints:")),
    "complaint_answered": Notice(
        _("A complaint was answered: lead %(lead)s"),
        (_("%(platform)s has answered the complaint about lead %(lead)s."),
         _("It is yours to decide.")),
        _("Open the complaints:")),
}
