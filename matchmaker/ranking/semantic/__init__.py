"""What texts mean by a neural model that the operator names; optional, all else works without it.

Any folder that sentence-transformers reads will do (Reimers & Gurevych 2019), under the extra ``semantic``. Offerings
are placed when they are published and beside the requests when they change (`vectors`), so that a request places the
need alone. The ranker with that channel is `matchmaker.ranking.semantic.ranker.SemanticRanker`.
"""
