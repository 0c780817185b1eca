"""What evidence, checks and measures are called."""

from matchmaker.i18n import marked as _

EVIDENCE = {
    "lists": _("Lists from which firms chose"), "firms": _("Firms"), "picks": _("Resources they chose"),
    "decisions": _("Decisions of reviewers"), "reviewers": _("Reviewers"), "platforms": _("Platforms that decided"),
    "days": _("Days from the first list to the last"),
}
CHECKS = {
    "held_out_lists": _("Too few lists to check on: %(found)s of %(limit)s."),
    "gain": _("Not enough better on the lists held out: %(found)s nDCG@10, asked for are %(limit)s."),
    "certain": _("Better on the lists held out only by chance, perhaps: the interval begins at %(found)s."),
    "collection": _("Worse on the collection %(concerns)s: %(found)s nDCG@10, allowed are %(limit)s."),
    "group": _("Worse for the group %(concerns)s: %(found)s nDCG@10, allowed are %(limit)s."),
    "platform_share": _("One platform would gain %(found)s of the first ten places, allowed are %(limit)s."),
    "gini": _("The first ten places would be spread more unevenly: Gini %(found)s more, allowed are %(limit)s."),
    "top_one": _("One platform would stand first more often: %(found)s of the lists more, allowed are %(limit)s."),
}
NAMES = {
    "language:zh": _("Needs in Chinese"), "language:en": _("Needs in English"), "size:micro": _("Micro firms"),
    "size:small": _("Small firms"), "size:medium": _("Medium-sized firms"), "size:large": _("Large firms"),
    "one_person:yes": _("One-person companies"), "demo_zh": _("Demo needs in Chinese"),
    "demo_en": _("Demo needs in English"),
}
"""Groups and collections of the product itself; others stand under their own names."""
STATES = {"proposed": _("waits for promotion"), "refused": _("refused"), "promoted": _("promoted")}
