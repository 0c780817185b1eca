"""Which texts of a catalogue are found by translation, and their scores."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from matchmaker.ranking.concepts.lexicon import Concept
from matchmaker.ranking.text import Text
from matchmaker.ranking.translation.knowledge import knowledge
from matchmaker.ranking.translation.translator import Sought, Translator


class Translated(NamedTuple):
    """A translator, the texts of the catalogue that it learnt from, and which of them it is needed for.

    All texts of the language say how common a term is and how long texts are; only offerings that have no text in the
    need's own language are scored.
    """

    translator: Translator
    texts: np.ndarray
    is_lonely: np.ndarray

    def grown(self, texts: Sequence[Text], n_fitted: int, is_target: np.ndarray, owners: np.ndarray, kept: np.ndarray,
              order: np.ndarray) -> "Translated":
        """Return one that scores later texts too: those held before that are `kept`, and further `texts`, in `order`.

        Parameters
        ----------
        texts : sequence of Text
        n_fitted : int
            How many texts were fitted, in either language.
        is_target : ndarray of shape (n_further,), bool
            Which of `texts` are in the language that is searched; the others score nothing.
        owners : ndarray of shape (n_later,), int32
            The offering of each later text, first of those kept.
        kept : ndarray of int
        order : ndarray of shape (n_later,), int
        """
        searched = [text if is_in else Text() for text, is_in in zip(texts, is_target.tolist(), strict=True)]
        n_searched = len(self.translator.relative_)
        is_alone = np.bincount(owners)[owners] == 1
        is_lonely = np.concatenate([self.is_lonely[n_searched:][kept], is_target & is_alone[len(kept):]])[order]
        return Translated(self.translator.grown(searched, kept, order),
                          np.concatenate([self.texts[:n_searched], n_fitted + np.arange(len(order))]),
                          np.concatenate([self.is_lonely[:n_searched], is_lonely]))

    def carried(self, sought: Sought, text: int) -> list[tuple[str, str]]:
        """Return the pairs (term of the need, its translation) by which a text of the catalogue was found."""
        place = int(np.searchsorted(self.texts, text))
        return self.translator.carried(sought, place) if self.texts[place:place + 1].tolist() == [text] else []

    def score(self, sought: Sought, n_texts: int) -> np.ndarray:
        """Return the scores of all `n_texts` texts of the catalogue, float32."""
        scores = np.zeros(n_texts, np.float32)
        scores[self.texts] = self.translator.score(sought, self.is_lonely)
        return scores


def fit_translators(texts: Sequence[Text], owners: np.ndarray, is_chinese: np.ndarray,
                    known: Sequence[Concept] | None = None) -> dict[str, Translated]:
    """Return a translator for each language of needs in which some offerings have no text; none where all have both.

    They know the terms of the concepts `known`, by default those of the lexicon.
    """
    found = {}
    for source, is_target in (("en", is_chinese), ("zh", ~is_chinese)):
        is_target, is_lonely = targets_of(owners, is_target)
        if is_lonely.any():
            targets = np.flatnonzero(is_target)
            translator = Translator(source).fit([texts[place] for place in targets.tolist()],
                                                known=knowledge(known))
            found[source] = Translated(translator, targets, is_lonely)
    return found


def targets_of(owners: np.ndarray, is_target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which texts are in the language looked at, and which of these are their offering's only text.

    Who wrote a text for each language is found by these alone: the other language mixed into one of them, as by a list
    of keywords, would count a second time.
    """
    return is_target, (np.bincount(owners)[owners] == 1)[is_target]
