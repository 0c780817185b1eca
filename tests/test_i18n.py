import re
import threading
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from matchmaker import i18n
from matchmaker.config import ROOT

NEEDED = "This is needed. Fill it in."
PO = i18n.TRANSLATIONS / "zh" / "LC_MESSAGES" / "messages.po"


def extracted() -> dict[tuple[str, ...], str]:
    """Return every message of the code, singular and plural, with its file, as `make translations` finds them."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT / "matchmaker", methods, options, parse_keywords(keywords()))
    return {(message,) if isinstance(message, str) else tuple(message): name
            for name, _line, message, _comments, _context in found}


def keywords() -> list[str]:
    """Return what `make translations` looks for."""
    return re.search(r'--keywords "(.*?)"', (ROOT / "Makefile").read_text())[1].split()


def names(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text))


def test_every_message_has_a_chinese_translation_with_the_same_values():
    with PO.open("rb") as file:
        translated = {
            (message.id,) if isinstance(message.id, str) else tuple(message.id): message
            for message in read_po(file, locale="zh") if message.id
        }
    messages = extracted()
    assert len(messages) > 30
    assert {"/".join(key): messages[key] for key in messages if key not in translated} == {}
    for key in messages:
        forms = translated[key].string
        forms = (forms,) if isinstance(forms, str) else forms
        assert all(forms), key
        assert not translated[key].fuzzy, key
        assert {frozenset(names(form)) for form in forms} == {frozenset(names(key[-1]))}, key


def test_catalogue_keeps_nothing_that_the_code_no_longer_says():
    with PO.open("rb") as file:
        catalogue = read_po(file, locale="zh")
    known = {key[0] for key in extracted()}
    assert [m.id for m in catalogue if m.id and (m.id if isinstance(m.id, str) else m.id[0]) not in known] == []
    assert not catalogue.obsolete


def test_what_errors_say_is_extracted_too():
    assert {"NotFound", "Conflict", "Forbidden", "Invalid", "Unavailable", "Expired", "SignInNeeded", "TooMany", "Fault:2", "gettext", "_"} <= set(keywords())


def test_every_language_has_its_folder():
    assert {path.name for path in Path(i18n.TRANSLATIONS).iterdir() if path.is_dir()} == {"zh"}


def test_gettext_speaks_the_language_of_the_context():
    assert i18n.current_language() == "en"
    assert i18n.gettext(NEEDED) == NEEDED
    with i18n.use_language("zh"):
        assert i18n.gettext(NEEDED) == "此项必填。"
        with i18n.use_language("en"):
            assert i18n.gettext(NEEDED) == NEEDED
        assert i18n.current_language() == "zh"
    assert i18n.current_language() == "en"


def test_gettext_fills_values_in_and_leaves_unknown_messages_as_they_are():
    with i18n.use_language("zh"):
        words = i18n.gettext("The number must lie between %(low)s and %(high)s.", low=1, high=9)
        assert words == "数值须在 1 与 9 之间。"
        assert i18n.gettext("nobody translated %(this)s", this="that") == "nobody translated that"
        assert i18n.gettext("100% sure") == "100% sure"


def test_ngettext_takes_the_form_for_the_number():
    assert i18n.ngettext("%(num)s thing in %(place)s", "%(num)s things in %(place)s", 1, place="x") == "1 thing in x"
    assert i18n.ngettext("%(num)s thing in %(place)s", "%(num)s things in %(place)s", 0, place="x") == "0 things in x"


def test_fuzzy_and_empty_translations_are_not_shown(tmp_path, monkeypatch):
    folder = tmp_path / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=1; plural=0;\\n"\n\n'
        '#, fuzzy\nmsgid "guess"\nmsgstr "猜"\n\nmsgid "empty"\nmsgstr ""\n\n'
        'msgid "%(num)s cat"\nmsgid_plural "%(num)s cats"\nmsgstr[0] "%(num)s 只猫"\n', encoding="utf-8")
    monkeypatch.setattr(i18n, "TRANSLATIONS", tmp_path)
    i18n._catalogue.cache_clear()
    try:
        with i18n.use_language("zh"):
            assert i18n.gettext("guess") == "guess"
            assert i18n.gettext("empty") == "empty"
            assert i18n.ngettext("%(num)s cat", "%(num)s cats", 2) == "2 只猫"
    finally:
        i18n._catalogue.cache_clear()


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="fr"), i18n.use_language("fr"):
        pass


def test_the_language_of_one_thread_is_not_that_of_another():
    heard = []
    with i18n.use_language("zh"):
        thread = threading.Thread(target=lambda: heard.append(i18n.current_language()))
        thread.start()
        thread.join()
    assert heard == ["en"]


@pytest.mark.parametrize(("texts", "language", "expected"), [
    ({"zh": "中试", "en": "pilot"}, "en", "pilot"),
    ({"zh": "中试", "en": "pilot"}, "zh", "中试"),
    ({"zh": "中试"}, "en", "中试"),
    ({"zh": "", "en": "pilot"}, "zh", "pilot"),
    ({}, "zh", ""),
    (None, "zh", ""),
])
def test_pick_falls_back_to_the_other_language(texts, language, expected):
    assert i18n.pick(texts, language) == expected
    with i18n.use_language(language):
        assert i18n.pick(texts) == expected


@pytest.mark.parametrize(("text", "language"), [
    ("电机振动", "zh"), ("CAE 结构仿真 ANSYS", "zh"), ("Qiaoyun Industrial Software (桥云)", "en"), ("vibration", "en"),
    ("", "en"), ("12345", "en"), ("GB/T 2423.10 正弦振动", "zh"), ("étude de vibration", "en"),
])
def test_language_of_a_text(text, language):
    assert i18n.language_of(text) == language


@pytest.mark.parametrize(("header", "language"), [
    ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB,en;q=0.9,zh;q=0.8", "en"), ("fr, zh;q=0.3", "zh"), ("de", "en"),
    ("en;q=0.2, zh-Hant;q=0.7", "zh"), ("zh;q=0", "en"), ("zh;q=nonsense, en;q=0.1", "en"), ("", "en"), (None, "en"),
    (";;;,,,=", "en"), ("zh;q=９", "en"), ("x" * 100_000 + ",zh", "en"),
])
def test_negotiate(header, language):
    assert i18n.negotiate(header) == language


@pytest.mark.parametrize(("text", "most", "short"), [
    ("Random vibration", 16, "Random vibration"), ("Random vibration test", 16, "Random…"),
    ("Random vibration test", 17, "Random vibration…"), ("振动试验，GB/T 2423.10", 12, "振动试验，GB/T…"),
    ("随机振动试验", 5, "随机振动…"), ("x" * 20, 5, "xxxx…"),
])
def test_a_text_is_cut_at_the_end_of_a_word(text, most, short):
    assert i18n.shorten(text, most) == short
