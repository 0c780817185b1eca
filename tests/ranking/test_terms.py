from hypothesis import given
from hypothesis import strategies as st

from matchmaker.ranking.terms import EMPTY, Terms


@given(st.lists(st.text(max_size=6), unique=True), st.text(max_size=6))
def test_every_term_is_found_at_its_place_and_no_other(words, other):
    terms = Terms.of(words)
    assert dict(terms) == {word: place for place, word in enumerate(words)}
    assert [*terms.names] == [*terms] == words
    assert terms.get(other) == (words.index(other) if other in words else None)
    assert (other in terms) == (other in words)


def test_half_of_the_slots_are_free_so_that_looking_for_what_is_not_there_ends():
    for n_terms in (0, 1, 2, 3, 4, 5, 1000):
        slots = Terms.of([f"term{number}" for number in range(n_terms)]).arrays["slots"]
        assert (slots == EMPTY).sum() >= max(len(slots) // 2, 1)
        assert len(slots).bit_count() == 1
