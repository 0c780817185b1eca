from matchmaker.ranking.topics import find_topics

SUBJECTS = ("salt spray chamber for coated brackets", "fermentation tank of five hundred litres", "盐雾试验箱")


def test_groups_are_found_and_named_by_their_words():
    texts = [f"{SUBJECTS[number % 2]}, lot {number}" for number in range(80)]
    found = list(find_topics(texts, list(range(80))))
    assert len(found) == 2
    assert sorted(len(topic.texts) for topic in found) == [40, 40]
    named = [set(topic.words) for topic in found]
    assert any("fermentation" in words for words in named)
    assert any("spray" in words for words in named)


def test_no_word_of_fewer_authors_is_told():
    texts = [f"salt spray chamber {'Projekt Nordlicht' if number < 4 else ''}" for number in range(12)]
    words = [word for topic in find_topics(texts, list(range(12))) for word in topic.words]
    assert "spray" in words
    assert not {"projekt", "nordlicht"} & set(words)


def test_one_author_alone_is_no_group_however_much_is_written():
    assert list(find_topics(["salt spray chamber"] * 40, ["one"] * 40)) == []
    assert list(find_topics(["salt spray chamber"] * 40, [number % 4 for number in range(40)])) == []
    assert list(find_topics([], [])) == []


def test_chinese_texts_are_grouped_too():
    (topic,) = find_topics([SUBJECTS[2]] * 6, list(range(6)))
    assert "盐雾" in topic.words


def test_the_same_texts_give_the_same_groups():
    texts = [f"{SUBJECTS[number % 3]} {number % 7}" for number in range(120)]
    assert list(find_topics(texts, list(range(120)))) == list(find_topics(texts, list(range(120))))
