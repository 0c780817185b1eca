import pytest

from matchmaker.errors import NotFound
from matchmaker.i18n import LANGUAGES
from matchmaker.services.leads import consents

PUBLISHED = {
    "2026-11": "e8f2e41fff819ac7b8808e4fd8e56c7ad77bde232e20b7007ee29258ec7d2e18",
    "2026-11-21": "61cd186ebb15b430f58025e2b6e7659676092c623166d1442afce83debda66a9",
}
"""The fingerprint of every version that was ever shown to anybody. Add the next one; never change one that is here."""


def test_a_text_never_changes_under_its_version():
    assert {version: consents.fingerprint(version) for version in consents.versions()} == PUBLISHED


def test_the_last_version_is_asked_for():
    assert consents.current_version() == [*PUBLISHED][-1]


@pytest.mark.parametrize("version", PUBLISHED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_names_the_recipient_and_has_every_part(version, language):
    text = consents.wording(version, language, "Jianghai 100%")
    assert "Jianghai 100%" in text.opening
    assert "Jianghai 100%" in text.parts["recipient"]
    before_passing_on = {"passing_on"} if version == "2026-11" else set()
    assert tuple(text.parts) == tuple(name for name in consents.PARTS if name not in before_passing_on)
    assert not [words for words in text.parts.values() if "%(" in words or len(words) < 10]


def test_who_attached_no_files_does_not_read_of_them():
    assert "files" not in consents.wording(consents.current_version(), "en", "Jianghai", has_files=False).parts


def test_who_has_not_agreed_to_passing_on_does_not_read_of_it():
    text = consents.wording(consents.current_version(), "en", "Jianghai", passes_on=False)
    assert "passing_on" not in text.parts


def test_an_unknown_version_is_not_found():
    with pytest.raises(NotFound):
        consents.wording("1999-01", "en", "Jianghai")
