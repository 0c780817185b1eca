"""What a need means, also where it lacks the words for it: symptoms and goals lead to the concepts of the domain.

A firm writes "the glue lets go in winter"; no catalogue says so. The lexicon (`lexicon`) has for each concept the terms
of those who know it and phrases of those who do not, and the recogniser (`recogniser`) says which concepts a need is
about. Texts that speak of these are found by the channel `matchmaker.ranking.channels.concepts`.
"""
