from matchmaker.ranking.translation.dictionary import Entry, cedict, entries_of


def test_glosses_are_stemmed_and_asides_dropped():
    found = {entry.headword: entry.glosses for entry in cedict()}
    assert ("batteri",) in found["电池"]
    assert not any("cl" in gloss for glosses in found.values() for gloss in glosses if gloss[:1] == ("cl",))


def test_our_terms_come_in_the_same_form():
    assert list(entries_of([(["盐雾试验", "NSS"], ["salt spray test", "的"])])) == [
        Entry("盐雾试验", (("salt", "spray", "test"),))]
