"""How much a text may gain by saying a word again."""

MOST_REPEATS = 8
"""More often than this a word counts towards a text's length alone, so that stuffing keywords makes a text weaker."""
