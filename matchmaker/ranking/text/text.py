"""A text that remembers its words, so that channels which share an analysis do it once."""

from functools import cached_property

from matchmaker.ranking.text.words import words


class Text(str):
    """A string with its analysed words, computed at first use.

    >>> Text("climate chambers").words
    ['climat', 'chamber']
    """

    @cached_property
    def words(self) -> list[str]:
        """The content words in order (see `matchmaker.ranking.text.words.words`)."""
        return words(self)
