"""What the parts of a replay and the channels of the ranking are called."""

from matchmaker.i18n import marked as _

PARTS = {
    "seed": _("Seed of the draws"), "scores": _("Scores from channels and factors"), "fit": _("Fit"),
    "order": _("Order"), "retrieval": _("List found anew in the index"),
    "explanation": _("Breakdown shown to both sides"),
}
FINDINGS = {"equal": _("equal, byte for byte"), "differs": _("differs"), "impossible": _("cannot be computed again")}
CHANNELS = {
    "words": (_("Words and pairs"), _("Words that both sides use, and pairs of them, rare ones counting more.")),
    "characters": (_("Strings of characters"), _("Parts of words, so that another spelling is found too.")),
    "bm25": (_("Words, by length"), _("The same words, long texts being given no advantage.")),
    "pairs": (_("Pairs of words, by length"), _("Words side by side, long texts being given no advantage.")),
    "translation": (_("Translation"), _("Words of one language and their translations, where a resource has no text in "
                                        "the language of the need.")),
    "feedback": (_("Words of the first found"), _("Words that the best texts have and the need lacks.")),
    "concepts": (_("Concepts"), _("What everyday words mean in the words of the trade.")),
    "semantic": (_("Meaning"), _("What a language model takes both sides to mean; 0 where the operator has set up "
                                  "none.")),
}
PAGE = {
    "most_of_a_platform": _("Places of the first ten that one platform has before others that fit equally take turns"),
    "equal_fit": _("Fits that differ by no more than this count as equal"),
    "exploration_place": _("Place of the first ten that goes to what fits and is shown too little"),
    "exploration_below": _("Shown too little is what has less than this share of the usual exposure for its chances"),
}
"""What is said of the first page."""
METRICS = {
    "auc_pairs": _("Good pairs told from others (AUC, 1 is best)"),
    "auc_needs": _("Needs with an answer told from needs without (AUC, 1 is best)"),
    "brier_pairs": _("Error of the fit (Brier score, 0 is best)"),
    "kinds_top1": _("Likeliest kind is that of a good resource (share of needs)"),
    "kinds_top1_held_out": _("Likeliest kind is right on needs held out (share)"),
    "kinds_macro_f1": _("Kinds told on needs held out, each kind counting the same (F1, 1 is best)"),
    "kinds_ece": _("Error of the kinds' probabilities (calibration error, 0 is best)"),
    "kinds_ece_top": _("The same of the likeliest kind (calibration error, 0 is best)"),
}
"""What the metrics in a model's manifest are called; one without words stands under its own name."""
