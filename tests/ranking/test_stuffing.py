"""Threat 9: a platform that writes more words than it has to offer gains no place among the first three."""

import functools

import pytest

from bench import stuffing
from matchmaker.ranking import matcher
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.needs import text_of
from tests.ranking.making import Places, demo_model, demo_needs, demo_offerings, make_need

KEYWORDS = dict.fromkeys(word for offering in demo_offerings() for word in offering["keywords"])
NOTHING = {"zh": "公司团建场地，山中小院", "en": "Venue for staff outings, a house in the hills"}


def places_won(times, languages=("zh", "en")):
    """Count the needs for which an offering of nothing, with all the catalogue's keywords, is among the first three."""
    texts = {language: NOTHING[language] + times * "".join(
        f" {word}" for word in KEYWORDS if word.isascii() == (language == "en")) for language in languages}
    rival = demo_offerings()[0] | {"id": "rival", "title": texts, "summary": {}, "description": {}, "keywords": []}
    catalogue = Catalogue.build([*demo_offerings(), rival], "stuffed")
    needs = [make_need(need["problem"], title=need.get("title")) for need in demo_needs()[::5]]
    answers = [matcher.match(need, catalogue, demo_model(), Places(), top=3) for need in needs]
    return sum(found.offering["id"] == "rival" for answer in answers for found in answer.matches)


@pytest.mark.parametrize("times", [1, 50])
def test_every_keyword_of_the_catalogue_wins_nothing(times):
    assert places_won(times) == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_offering_of_nothing_in_one_language_alone_wins_nothing_by_its_translation(language):
    # A need that nothing answers may still show it third.
    assert places_won(0, [language]) <= 1


@pytest.mark.parametrize("sign", ["\u200b", "\u00ad"])
def test_words_hidden_by_signs_without_width_count_as_they_look(sign):
    plain, hidden = ({"title": {"en": "Salt spray"}, "summary": {"en": text}} for text in
                     ("corrosion chamber", f"corro{sign}sion cham{sign}ber"))
    offerings = [demo_offerings()[0] | texts | {"description": {}, "keywords": [], "id": name}
                 for texts, name in ((plain, "plain"), (hidden, "hidden"))]
    (found,) = Catalogue.build(offerings, "v").ranker.rank(["corrosion chamber"])
    assert found.scores[0] == found.scores[1]


@functools.cache
def gained(name):
    """What a trick brings a dozen offerings in the lists of every third need of the demo."""
    needs = [text_of(need) for need in demo_needs()[::3]]
    victims = range(7, len(demo_offerings()), 22)
    return stuffing.gain(stuffing.TRICKS[name], demo_offerings(), needs, victims)


@pytest.mark.parametrize("name", stuffing.TRICKS)
def test_stuffing_gains_no_place_in_the_lists_of_the_demo(name):
    found = gained(name)
    # Other words may bring it before a weak tenth once, where it falls out of another list for them.
    assert found.entered <= found.left, found


def test_a_list_of_keywords_in_the_other_language_does_not_count_as_a_second_text():
    own = demo_offerings()[0] | {"id": "rival", "title": NOTHING, "summary": {}, "keywords": [],
                                 "description": {"zh": "", "en": " ".join(w for w in KEYWORDS if not w.isascii())}}
    ranker = Catalogue.build([*demo_offerings(), own], "v").ranker
    assert all(not held.is_lonely.any() for held in ranker.translators_.values())
