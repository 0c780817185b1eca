import pytest

from matchmaker.i18n import use_language
from matchmaker.services import vocabulary
from matchmaker.web import templating, words
from matchmaker.web.catalogue import blueprint


@pytest.fixture
def at(app):
    """A function that puts the test inside a request for an address."""
    return app.test_request_context


def test_assets_are_named_after_their_content(at):
    with at("/en/"):
        assert templating.asset("matchmaker.css").startswith("/static/matchmaker.css?v=")


def test_every_kind_has_an_icon(session):
    assert vocabulary.codes(session).kinds <= templating.icon_names()


@pytest.mark.parametrize(("path", "language", "target"), [
    ("/en/offerings?q=a&kind=compute", "en", "/zh/offerings?q=a&kind=compute"), ("/zh/about", "zh", "/en/about"),
    ("/en/nowhere", "en", "/zh/"), ("/healthz", "en", "/zh/"),
    ("/en/offerings?_external=1&_anchor=x&lang=en&q=", "en", "/zh/offerings?_external=1&_anchor=x&lang=en&q="),
])
def test_the_other_language_is_the_same_page(at, path, language, target):
    with at(path), use_language(language):
        assert templating.other_language_url() == target


def test_the_other_language_of_an_answer_to_a_form_is_the_start_page(at):
    with at("/en/needs/new", method="POST"):
        assert templating.other_language_url() == "/zh/"


@pytest.mark.parametrize(("path", "endpoint"), [
    ("/en/needs/new", "web_needs.new"),
    ("/en/offerings/01a1fba3-baaf-70d8-ab27-d0a467b2f703", "web_catalogue.offerings"),
])
def test_the_menu_knows_where_the_reader_is(at, path, endpoint):
    with at(path):
        assert [entry for entry, _words in templating.menu() if templating.is_here(entry)] == [endpoint]


def test_addresses_stay_in_the_language_of_the_page(app, at):
    assert blueprint.name in app.blueprints
    with at("/zh/about"), use_language("zh"):
        assert app.url_for("web_catalogue.offerings") == "/zh/offerings"
        assert app.url_for("web_catalogue.offerings", lang="en") == "/en/offerings"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_regions_and_industries_are_offered_in_the_language_of_the_page(language):
    with use_language(language):
        regions, industries = dict(words.region_options()), dict(words.industry_options())
    assert len(regions) >= 31
    assert "320500" in dict(regions["江苏省" if language == "zh" else "Jiangsu"])
    codes = [code for options in regions.values() for code, _name in options]
    assert len(codes) == len(set(codes)) > 300
    assert "C39" in dict(industries["制造业" if language == "zh" else "Manufacturing"])
    assert sum(map(len, industries.values())) >= 90


def test_currencies_have_names():
    assert dict(words.currencies())["CNY"] == "CNY · Chinese Yuan"


def test_the_nearest_alternative_of_a_near_miss_is_one_that_fits():
    def entry(kind, fit):
        return {"fit": fit, "offering": {"kind": kind}}

    outcome = {"threshold": 0.4, "matches": [entry("compute", 0.9), entry("laboratory", 0.5), entry("data", 0.1)]}
    assert templating.alternative(entry("laboratory", 0.8), outcome) == entry("laboratory", 0.5)
    assert templating.alternative(entry("data", 0.8), outcome) is None


def test_macros_are_made_once_and_not_again_for_each_page(app):
    """Those imported with the context of a page are."""
    loader = app.jinja_env.loader
    sources = {name: loader.get_source(app.jinja_env, name)[0] for name in app.jinja_env.list_templates(["html"])}
    assert len(sources) > 50
    assert not [name for name, source in sources.items() if "with context %}" in source]
