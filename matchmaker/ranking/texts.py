"""Rank a catalogue's texts for a need: retrieve some hundreds, then score them by every channel."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking import later, scoring
from matchmaker.ranking.channels import Concepts, Feedback
from matchmaker.ranking.channels.concepts import Meant
from matchmaker.ranking.channels.encoders import Encoders, make_encoders
from matchmaker.ranking.concepts.lexicon import Concept
from matchmaker.ranking.counts import CharacterCounts, WordCounts
from matchmaker.ranking.facts import detect
from matchmaker.ranking.postings import Postings
from matchmaker.ranking.queries import BESIDE, CHANNELS, DIGITS, POSTED, SEARCHED, WEIGHTS, Query, Ranked, weigh
from matchmaker.ranking.rows import NOTHING, Row, greatest, row, union
from matchmaker.ranking.spelling import mended, read
from matchmaker.ranking.text import Text
from matchmaker.ranking.translation.translated import fit_translators

LIKELY = 8
"""So many of a need's concepts are named where a match is explained."""
FOREMOST = 100
"""Among so many texts found by words are those that feedback looks at."""
COMPARED = 4
"""So many texts for each offering asked for are compared by characters, the foremost by all other channels."""
SCARCE = 50
"""With fewer texts than this found by words, all texts are compared by characters: misspelt or cut otherwise."""


class TextRanker(BaseEstimator):
    """Rank offerings by what their texts share with a need's.

    The score is the weighted sum of seven channels: cosine of tf-idf over words and pairs, cosine over character
    n-grams, BM25 over words, BM25 over words and pairs, the translation for offerings that have no text in the need's
    language, feedback, the words that the texts found first add to the need, and the concepts that it is about. Each is
    in [0, 1] and means about the same for every need, so they are added as they are: on the judged collections that was
    as good as z-scores, and only so a score can be compared between needs.

    Parameters
    ----------
    weights : mapping of str to float, optional
        Weight of each channel; `WEIGHTS` when left out.
    candidates : int, default=300
        How many texts the first stage hands on by words, and half as many by each channel that looks beside them.

    Attributes
    ----------
    forward_ : dict of str to csr_matrix of shape (n_texts, n_terms)
        The weights of each channel that keeps any, by text: candidates are scored by them.
    postings_ : dict of str to Postings
        The same by term for the channels that find candidates: bm25, concepts and, where words find few, characters.
    added_ : dict of str to csr_matrix of shape (n_added, n_terms)
        The weights by text for texts that came later, after the others.
    fitted_ : TextRanker or None
        The ranker without the later texts, where there are any.
    owners_ : ndarray of shape (n_texts,), int32
        The offering of each text.
    translators_ : dict of str to Translated
        For needs in a language in which some offerings have no text.
    concepts_ : Concepts
        The space of concepts; the postings of that name have a row for each.
    """

    def __init__(self, weights: Mapping[str, float] | None = None, candidates: int = 300) -> None:
        self.weights = weights
        self.candidates = candidates

    def fit(self, texts: Sequence[str], y: None = None, *, owners: Sequence[int] | None = None,
            concepts: Sequence[Concept] | None = None) -> "TextRanker":
        """Index the catalogue.

        Parameters
        ----------
        texts : sequence of str
            The texts; an offering may have several, one a language.
        owners : sequence of int, optional
            The offering of each text, counted from 0; by default each text is an offering.
        concepts : sequence of Concept, optional
            What needs may be about, and what translates to what; by default the concepts of the lexicon.
        """
        analysed = [Text(text) for text in texts]
        self.word_counts_ = WordCounts().fit(analysed)
        self.character_counts_ = CharacterCounts()
        # From the plain strings, so that the n-grams of a whole catalogue are not remembered.
        counts, grams = self.word_counts_.transform(analysed), self.character_counts_.transform(texts)
        is_chinese = np.array([detect(text) == "zh" for text in texts], bool)
        groups = is_chinese.astype(int)
        words, characters, bm25, pairs = make_encoders()
        self.encoders_: Encoders = (words.fit(counts), characters.fit(grams),
                                    bm25.fit(self.word_counts_.words_of(counts), groups=groups),
                                    pairs.fit(counts, groups=groups))
        self.concepts_ = Concepts().fit(self.word_counts_, words.idf_[self.word_counts_.pair_buckets:], concepts)
        weighted = self.weigh(counts, grams, groups)
        self.postings_ = {name: Postings.of(weighted[name]) for name in SEARCHED}
        self.forward_ = {name: self.postings_[name].forward if name in SEARCHED else weighted[name] for name in POSTED}
        self.added_: dict[str, csr_matrix] = {}
        self.fitted_: TextRanker | None = None
        self.owners_ = np.asarray(range(len(texts)) if owners is None else owners, np.int32)
        self.translators_ = fit_translators(analysed, self.owners_, is_chinese, concepts)
        return self

    def grown(self, texts: Sequence[str], owners: ArrayLike, kept: ArrayLike = ()) -> "TextRanker":
        """Return a ranker that holds later texts too, scored by the statistics of the fitted ones.

        How common words are, how long texts are, and what translates to what stays as it was fitted. Words that no text
        had are as rare as if one had them, and have no translation. The arrays of the fitted texts are shared. The same
        later texts are scored the same, however they came.

        Parameters
        ----------
        texts : sequence of str
        owners : array-like of int, shape (n_later,)
            The offering of each later text, first of those kept; they are put in this order.
        kept : array-like of int
            Which of the later texts that this ranker holds already stay, counted from the first of them.
        """
        return later.grown(self, texts, np.asarray(owners, np.int32), np.asarray(kept, np.intp))

    def rank(self, needs: Sequence[str], filter: np.ndarray | None = None, k: int = 100) -> Iterator[Ranked]:
        """Yield for each need its k best offerings (all that share anything, if fewer).

        Parameters
        ----------
        needs : sequence of str
        filter : ndarray of shape (n_offerings,), bool, optional
            The offerings that may be found.
        """
        return (self.search(self.query(need), filter, k) for need in needs)

    def query(self, need: str, gone: np.ndarray | None = None, *, meant: Collection[str] = (),
              not_meant: Collection[str] = ()) -> Query:
        """Return a need made ready to be searched for, under one filter or several.

        Parameters
        ----------
        need : str
        gone : ndarray of shape (n_offerings,), bool, optional
            The offerings that are no longer in the catalogue, and so add no words either.
        meant, not_meant : collection of str
            Ids of concepts that the firm confirmed or struck out.
        """
        check_is_fitted(self)
        text = Text.of(need)
        counts, unknown, misspelt = read(text, self.word_counts_)
        grams, single = self.character_counts_.count(text), counts.after(self.word_counts_.pair_buckets)
        words, characters, bm25, pairs = self.encoders_
        terms = {"words": words.encode(counts), "characters": characters.encode(grams),
                 "bm25": bm25.encode(single, unknown),
                 "pairs": pairs.encode(counts, unknown)}
        held = self.translators_.get(detect(text))
        sought = held.translator.look_up(mended(text, misspelt)) if held else None
        n_texts = len(self.owners_)
        translation = held.score(sought, n_texts) if held and sought else np.zeros(n_texts, np.float32)
        plain = Query(terms, NOTHING, (), 1.0, {"translation": translation},
                      {"translation": np.flatnonzero(translation > 0)}, held, sought, misspelt)
        read_as = mended(text, misspelt)
        understood = self.concepts_.recognise(read_as, meant, not_meant)
        everyday = self.concepts_.recogniser_.everyday(read_as)
        return self._understood(plain, understood, everyday, len(single.indices), gone)

    def search(self, query: Query, filter: np.ndarray | None = None, k: int = 100,
               candidates: int | None = None) -> Ranked:
        """Return the k best offerings for a query, as in `rank`, with another number of `candidates` where given."""
        allowed = np.ones(len(self.owners_), bool) if filter is None else filter.take(self.owners_)
        n = candidates or self.candidates
        texts = union(self._first(query, allowed, n, n // 2), self._best("concepts", query, allowed, n // 2))
        if len(texts) < min(SCARCE, len(self.owners_)):
            texts = union(texts, self._best("characters", query, allowed, n))
        return self._fused(query, texts, k)

    def retrieve(self, needs: Sequence[str], filter: np.ndarray | None = None, k: int = 200) -> Iterator[np.ndarray]:
        """Yield for each need the k offerings that the first stage alone puts first, or fewer.

        The first stage knows BM25 over words and the channels `BESIDE`; what only its characters brought in comes after
        the others. The ranking chooses out of the first `candidates` of these, so their recall bounds its own.
        """
        first_stage = [CHANNELS.index(name) for name in ("bm25", *BESIDE)]
        for need in needs:
            found = self.search(self.query(need), filter, len(self.owners_), candidates=max(k, self.candidates))
            scores = found.channels[:, first_stage].sum(axis=1)
            yield found.offerings[np.lexsort((found.offerings, -scores))[:k]]

    def score(self, query: Query, offerings: np.ndarray) -> Ranked:
        """Score certain offerings for a query, best first, also those that share nothing with it."""
        return self._fused(query, np.flatnonzero(np.isin(self.owners_, offerings)), len(offerings))

    def shared_words(self, query: Query, text: int, limit: int = 8) -> list[str]:
        """Return the analysed words that carried the match of a need with a text, heaviest first."""
        # Of some dozen words; NumPy's ways to find what two arrays share are made for more.
        sought = dict(zip(*(part.tolist() for part in query.terms["bm25"]), strict=True))
        held = zip(*(part.tolist() for part in self._row("bm25", text)), strict=True)
        carried = [(sought[word] * weight, word) for word, weight in held if word in sought]
        return [self.word_counts_.word(word) for _, word in sorted(carried, reverse=True)[:limit]]

    def meant_concepts(self, query: Query, text: int) -> list[dict[str, str]]:
        """Return what the concepts are called, by language, that bring a need to a text; the heaviest two at most."""
        columns, weights = self._row("concepts", text)
        held = dict(zip(columns.tolist(), weights.tolist(), strict=True))
        carried = [(share * held.get(place, 0.0), place) for place, share in query.meant[:LIKELY]]
        carried.sort(key=lambda one: (-one[0], one[1]))
        return [self.concepts_.labels_[place] for weight, place in carried[:2] if weight > 0]

    def translated_words(self, query: Query, text: int) -> list[tuple[str, str]]:
        """Return the pairs of a need's term and its translation by which a text in the other language was found."""
        held, sought = query.translated, query.sought
        return held.carried(sought, text) if held and sought else []

    def _understood(self, query: Query, meant: Sequence[Meant], everyday: float, n_words: int,
                    gone: np.ndarray | None) -> Query:
        """Return a query with what the texts found first tell about it.

        Those are found by its own words. Their heaviest words are looked for too, with a scale that undoes their lift:
        feedback always finds something, also where the texts found first are beside the point, and so that a need's
        scores mean the same with and without it, the best of these texts keeps the level that it has without. And what
        it means is looked for, the more the less of its own words they cover, or the more it is in everyday words.

        No filter changes either, so an offering's score does not depend on which others a rule or a reader leaves out.
        """
        weights = self.weights or WEIGHTS
        open_now = np.ones(len(self.owners_), bool) if gone is None else ~gone.take(self.owners_)
        texts = self._first(query, open_now, FOREMOST, self.candidates // 2)
        known = self._known(query, texts)
        covered, own = np.maximum(known["bm25"], known["translation"]), self._sum(known)
        feedback, bm25 = Feedback(), self.encoders_[2]
        first = feedback.look(own)
        added = feedback.encode([self._row("bm25", text) for text in texts[first].tolist()], own[first],
                                bm25.highest, n_words, float(covered[first].max(initial=0)))
        besides = self._scores(texts[first], {"characters": query.terms["characters"], "feedback": added})
        own = own[first] + weights["characters"] * besides["characters"]
        with_feedback = own + weights["feedback"] * besides["feedback"]
        scale = float(own.max() / with_feedback.max()) if len(first) else 1.0
        concepts = self.concepts_.encode(meant, float(known["bm25"].max(initial=0)),
                                         float(known["translation"].max(initial=0)), everyday)
        return query._replace(terms={**query.terms, "concepts": concepts}, feedback=added, scale=scale, meant=meant)

    def _first(self, query: Query, allowed: np.ndarray, k: int, k_beside: int) -> np.ndarray:
        """Return the texts, ascending, that the words of a need find, and those of whatever scores all texts."""
        beside = {name: texts[allowed[texts]] for name, texts in query.reached.items()}
        best = [texts[greatest(query.scores[name][texts], k_beside)] for name, texts in beside.items()]
        return union(self._best("bm25", query, allowed, k), *best)

    def _known(self, query: Query, texts: np.ndarray) -> dict[str, np.ndarray]:
        """Return what chosen texts score in each channel but feedback and characters."""
        known = self._scores(texts, {name: need for name, need in query.terms.items() if name != "characters"})
        return known | {name: scores[texts] for name, scores in query.scores.items()}

    def _sum(self, scores: Mapping[str, np.ndarray]) -> np.ndarray:
        weights = self.weights or WEIGHTS
        return np.asarray(sum(weights[name] * own for name, own in scores.items()))

    def weigh(self, counts: csr_matrix, grams: csr_matrix, groups: np.ndarray) -> dict[str, csr_matrix]:
        """Return the weights of texts in each channel that has postings, shape (n_texts, n_terms)."""
        words, characters, bm25, pairs = self.encoders_
        weighted = words.transform(counts)
        return {"words": weighted, "characters": characters.transform(grams),
                "bm25": bm25.transform(self.word_counts_.words_of(counts), groups),
                "pairs": pairs.transform(counts, groups),
                "concepts": self.concepts_.transform(self.word_counts_.words_of(weighted))}

    def _best(self, channel: str, query: Query, allowed: np.ndarray, k: int) -> np.ndarray:
        """Return the k best of the texts `allowed`, shape (n_texts,), bool, in a channel that finds candidates."""
        need, held = query.terms[channel], self.postings_[channel]
        n_fitted, n_terms = held.forward.shape
        found = held.search(*need.before(n_terms), k, allowed[:n_fitted])
        if channel not in self.added_:
            return found.texts
        added = n_fitted + np.flatnonzero(allowed[n_fitted:])
        texts = np.concatenate([found.texts, added])
        return texts[greatest(np.concatenate([found.scores, self._scores(added, {channel: need})[channel]]), k)]

    def _scores(self, texts: np.ndarray, needs: Mapping[str, Row]) -> dict[str, np.ndarray]:
        """Return the scores of chosen texts in each channel that is sought for, shape (len(texts),)."""
        return scoring.score(self.forward_, self.added_, texts, needs)

    def _row(self, channel: str, text: int) -> Row:
        """Return the terms and weights of one text in a channel."""
        n_fitted = self.forward_[channel].shape[0]
        return row(self.forward_[channel], text) if text < n_fitted else row(self.added_[channel], text - n_fitted)

    def _fused(self, query: Query, texts: np.ndarray, k: int) -> Ranked:
        of_texts = {name: scores[texts] for name, scores in query.scores.items()}
        others = {name: need for name, need in query.terms.items() if name != "characters"}
        of_texts |= self._scores(texts, {**others, "feedback": query.feedback})
        if len(texts) > (most := max(FOREMOST, COMPARED * k)):
            foremost = np.sort(np.argpartition(-self._sum(of_texts), most)[:most])
            texts, of_texts = texts[foremost], {name: own[foremost] for name, own in of_texts.items()}
        of_texts |= self._scores(texts, {"characters": query.terms["characters"]})
        nothing = np.zeros(len(texts))
        stacked = np.stack([of_texts.get(name, nothing) for name in CHANNELS], axis=1) * query.scale
        channels = np.round(stacked, DIGITS)
        scores = weigh(channels, self.weights or WEIGHTS)
        order = np.lexsort((texts, -scores))
        _, first = np.unique(self.owners_[texts[order]], return_index=True)
        best = order[np.sort(first)[:k]]
        return Ranked(self.owners_[texts[best]], texts[best], scores[best], channels[best])
