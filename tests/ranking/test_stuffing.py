"""Threat 9: a platform that writes more words than it has to offer gains no place among the first three."""

import pytest

from matchmaker.ranking import matcher
from matchmaker.ranking.catalogue import Catalogue
from tests.ranking.making import Places, demo_model, demo_needs, demo_offerings, make_need

KEYWORDS = " ".join(dict.fromkeys(word for offering in demo_offerings() for word in offering["keywords"]))


def places_won(times):
    """Count the needs for which an offering of nothing, with every keyword of the catalogue, is among the first three."""
    words = f" {KEYWORDS}" * times
    rival = demo_offerings()[0] | {
        "id": "rival", "title": {"zh": "公司团建场地", "en": "Venue for staff outings"},
        "summary": {"zh": "山中小院" + words, "en": "A house in the hills" + words}, "description": {}, "keywords": [],
    }
    catalogue = Catalogue.build([*demo_offerings(), rival], "stuffed")
    needs = [make_need(need["problem"], title=need.get("title")) for need in demo_needs()[::5]]
    answers = [matcher.match(need, catalogue, demo_model(), Places(), top=3) for need in needs]
    return sum(found.offering["id"] == "rival" for answer in answers for found in answer.matches)


@pytest.mark.parametrize("times", [1, 50])
def test_every_keyword_of_the_catalogue_wins_nothing(times):
    assert places_won(times) == 0


@pytest.mark.parametrize("sign", ["\u200b", "\u00ad"])
def test_words_hidden_by_signs_without_width_count_as_they_look(sign):
    plain, hidden = ({"title": {"en": "Salt spray"}, "summary": {"en": text}} for text in
                     ("corrosion chamber", f"corro{sign}sion cham{sign}ber"))
    offerings = [demo_offerings()[0] | texts | {"description": {}, "keywords": [], "id": name}
                 for texts, name in ((plain, "plain"), (hidden, "hidden"))]
    (found,) = Catalogue.build(offerings, "v").ranker.rank(["corrosion chamber"])
    assert found.scores[0] == found.scores[1]
