import tomllib
from pathlib import Path

import pytest

from matchmaker.errors import Invalid
from matchmaker.services import columns
from matchmaker.services.mapping import Mapping

DOCS = Path(__file__).parents[2] / "docs" / "mappings"
CLOUD = '''
language = "en"
[constants]
kind = "compute"
keywords = ["GPU"]
[columns]
external_id = ["Cloud", "Name"]
platform = "{Cloud}"
title = "{Cloud} – {Name} ({Arch})"
description = ["Arch: {Arch}.", "Spot {Spot} USD."]
keywords = ["Arch", "Tags"]
price_min = { column = "Hourly", scale = 730 }
'''
ROW = {"Cloud": "Nimbus", "Name": "n1", "Arch": "Ampere", "Tags": '["a", "b"]', "Hourly": "1,000.5 USD", "Spot": ""}


def applied(text: str, row: dict) -> dict:
    ours, faults = Mapping.parse(text).apply(row)
    assert not faults
    return ours


def mapped(field: str, entry: str, row: dict, more: str = "") -> object:
    return applied(f"[columns]\n{field} = {entry}\n{more}", row).get(field)


def test_a_mapping_composes_templates_lists_and_constants():
    assert applied(CLOUD, ROW) == {
        "external_id": "Nimbus/n1", "platform": "Nimbus", "title_en": "Nimbus – n1 (Ampere)", "kind": "compute",
        "description_en": "Arch: Ampere.", "keywords": ["Ampere", "a", "b", "GPU"], "price_min": "730365.0"}


@pytest.mark.parametrize(("row", "title"), [
    ({"Name": ""}, "Nimbus – (Ampere)"), ({"Arch": ""}, "Nimbus – n1"), ({"Name": "", "Arch": ""}, "Nimbus"),
    ({"Cloud": "", "Name": "", "Arch": ""}, ""), ({"Cloud": ""}, "n1 (Ampere)"),
])
def test_empty_parts_of_a_template_leave_no_trace(row, title):
    assert applied(CLOUD, ROW | row)["title_en"] == title


def test_braces_in_cells_are_not_filled_again():
    assert mapped("title", '"{a} {b}"', {"a": "{b}", "b": "x"}) == "{b} x"


def test_an_empty_part_of_an_id_is_left_out():
    assert applied(CLOUD, ROW | {"Name": ""})["external_id"] == "Nimbus"


def test_values_are_looked_up_whatever_their_case():
    table = '[values.kind]\nFacility = "laboratory"\n"*" = "instrument"\n"" = "equipment"'
    assert [mapped("kind", '"k"', {"k": value}, table) for value in ("facility ", "beamline", "")] == [
        "laboratory", "instrument", "equipment"]


def test_values_without_an_entry_stay_as_they_are():
    assert mapped("kind", '"k"', {"k": "data"}, '[values.kind]\nx = "y"') == "data"


def test_values_of_lists_are_looked_up_one_by_one():
    table = '[values.industries]\nfinance = ["J66", "J67"]\ncars = "C36"\n"*" = ""'
    assert mapped("industries", '"i"', {"i": '["cars", "finance", "other"]'}, table) == ["C36", "J66", "J67"]


def test_a_separator_cuts_a_cell():
    assert mapped("keywords", '{ column = "k", separator = " / " }', {"k": "a / b; c"}) == ["a", "b; c"]


def test_a_pattern_picks_what_it_finds():
    entry = """{ column = "u", pattern = 'https?://[^ )]+' }"""
    assert mapped("terms_url", entry, {"u": "see [this](https://a.example/b)"}) == "https://a.example/b"
    assert mapped("terms_url", entry, {"u": "none"}) == ""


def test_plain_takes_links_and_tags_away():
    entry = '{ template = "by {o}", plain = true }'
    assert mapped("title", entry, {"o": "[NOAA](http://noaa.example/(x)) <b>lab</b>"}) == "by NOAA lab"


def test_capabilities_are_ranges_or_ends():
    text = '''
    [columns]
    title = "t"
    [[capabilities]]
    parameter = { zh = "内存", en = "RAM" }
    column = "ram"
    unit = "GB"
    [[capabilities]]
    parameter = "energy"
    column = "text"
    pattern = '([0-9.]+) - ([0-9.]+) keV'
    unit = "keV"
    [[capabilities]]
    parameter = "wavelength"
    column = "nm"
    as = "exact"
    '''
    found = applied(text, {"t": "x", "ram": "20-26", "text": "energy range 2.5 - 17 keV", "nm": "532 nm"})
    assert found["capabilities"] == [
        {"parameter": {"zh": "内存", "en": "RAM"}, "min": 20, "max": 26, "unit": "GB"},
        {"parameter": "energy", "min": 2.5, "max": 17, "unit": "keV"},
        {"parameter": "wavelength", "min": 532, "max": 532, "unit": "nm"}]
    assert applied(text, {"t": "x", "ram": "64", "text": "none", "nm": ""})["capabilities"] == [
        {"parameter": {"zh": "内存", "en": "RAM"}, "min": None, "max": 64, "unit": "GB"}]


def test_a_cell_that_is_no_number_is_a_fault_of_its_row():
    ours, faults = Mapping.parse(CLOUD).apply(ROW | {"Hourly": "ask us"})
    assert [(fault.code, fault.column) for fault in faults] == [("not_a_number", "price_min")]
    assert "price_min" not in ours


@pytest.mark.parametrize(("text", "words"), [
    ("[columns", "TOML"), ("", "no [columns]"), ('[columns]\ntitel = "a"', "“title”"),
    ('[colums]\ntitle = "a"', "“columns”"), ('[constants]\nkinds = "x"\n[columns]\ntitle="a"', "“kind”"),
    ('[columns]\ntitle = 5', "title"), ('[columns]\ntitle = []', "title"), ('[columns]\ntitle = ""', "title"),
    ('[columns]\ntitle = { colum = "a" }', "“column”"), ('columns = "x"', "[columns]"),
    ('[columns]\nprice_min = { column = "a", scale = 0 }', "scale"), ('language = "fr"\n[columns]\ntitle="a"', "fr"),
    ('[columns]\ntitle = { column = "a", pattern = "(" }', "regular expression"),
    ('[columns]\ntitle = "a"\n[values]\nkind = "x"', "values.kind"),
    ('[columns]\ntitle = "a"\n[[capabilities]]\ncolumn = "a"', "parameter"),
    ('[columns]\ntitle = "a"\n[[capabilities]]\nparameter = "a"\ncolumn = "a"\nas = "most"', "most"),
    ('capabilities = 5\n[columns]\ntitle = "a"', "[[capabilities]]"),
])
def test_a_mapping_that_cannot_be_used_is_refused_with_the_place(text, words):
    with pytest.raises(Invalid) as refusal:
        Mapping.parse(text)
    assert words in str(refusal.value)


@pytest.mark.parametrize("gone", ["Cloud", "Name", "Arch", "Tags", "Hourly", "Spot"])
def test_a_column_that_the_file_lacks_is_named(gone):
    mapping = Mapping.parse(CLOUD)
    mapping.check_columns(list(ROW))
    with pytest.raises(Invalid, match=f"“{gone}”"):
        mapping.check_columns([name for name in ROW if name != gone])


def test_the_origin_of_a_field_is_told():
    mapping = Mapping.parse(CLOUD)
    assert mapping.origin("title_en") == "Cloud, Name, Arch"
    assert mapping.origin("price_min") == "Hourly"
    assert mapping.origin("kind") == "kind"


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_documented_mappings_are_valid(path):
    mapping = Mapping.parse(path.read_text())
    assert {"external_id", "title"} <= set(mapping.sources)
    assert set(tomllib.loads(path.read_text())["columns"]) <= set(columns.BY_NAME)
