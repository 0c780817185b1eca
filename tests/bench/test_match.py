from bench.match import PAGE, needs_in, pages, phrases
from matchmaker.config import ROOT


def test_phrases_are_short_and_pages_long():
    for language in ("zh", "en"):
        needs = needs_in(ROOT / "data" / f"needs_{language}.jsonl")
        short, long = list(phrases(needs)), list(pages(needs))
        assert len(short) > 40
        assert all(5 <= len(need["problem"]) <= 20 for need in short)
        assert {len(need["problem"]) for need in long} == {PAGE}
        assert len({need["problem"] for need in long}) == len(needs)


def test_needs_in_words_alone_are_needs_too():
    assert needs_in(ROOT / "data" / "training_needs_en.jsonl")[0].keys() == {"problem"}
