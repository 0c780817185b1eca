"""Standards: found in either language, one spelling, and covering only what they cover."""

import pytest

from matchmaker.ranking.facts.standards import covers, find_standards, normalise_standard


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("GBT4943.1-2022", "GB/T 4943.1-2022"),
        ("ＧＢ／Ｔ　４９４３．１－２０２２", "GB/T 4943.1-2022"),
        ("gb/t 2423.10", "GB/T 2423.10"),
        ("GB 4943-95", "GB 4943-95"),
        ("GB2763", "GB 2763"),
        ("GB/Z 18039.1", "GB/Z 18039.1"),
        ("GJB150.4A-2009", "GJB 150.4A-2009"),
        ("JJF 1101", "JJF 1101"),
        ("JJG30", "JJG 30"),
        ("YY/T 0316-2016", "YY/T 0316-2016"),
        ("QC/T 413", "QC/T 413"),
        ("HJ 836-2017", "HJ 836-2017"),
        ("SJ/T 11364", "SJ/T 11364"),
        ("NB/T 47013.3", "NB/T 47013.3"),
        ("T/CSAE 53-2020", "T/CSAE 53-2020"),
        ("DO160G", "RTCA DO-160G"),
        ("RTCA DO-178C", "RTCA DO-178C"),
        ("ISO9001:2015", "ISO 9001:2015"),
        ("ISO/IEC 17025", "ISO/IEC 17025"),
        ("ISO/TS 15066", "ISO/TS 15066"),
        ("IEC 61010-2-101:2018", "IEC 61010-2-101:2018"),
        ("EN 300 328", "EN 300 328"),
        ("DIN EN ISO 12100", "DIN EN ISO 12100"),
        ("ASTM E505-22", "ASTM E505-22"),
        ("UL 94", "UL 94"),
        ("Mil-Std 810H", "MIL-STD-810H"),
        ("IATF16949", "IATF 16949"),
        ("SAE J1939", "SAE J1939"),
        ("IEEE 802.11ac", "IEEE 802.11ac"),
        ("CISPR 16-1-1", "CISPR 16-1-1"),
        ("FCC Part 15.247", "FCC Part 15.247"),
        ("UN38.3", "UN 38.3"),
        ("UN R155", "UN R155"),
        ("RoHS 2.0", "RoHS"),
    ],
)
def test_a_standard_is_brought_into_one_spelling(written: str, normal: str) -> None:
    assert find_standards(f"需按{written}做，急") == [normal]
    assert find_standards(f"Tests to {written}, please") == [normal]
    assert normalise_standard(written) == normal


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("按GB/T 16886.5、.10、.11、.6做细胞毒", [f"GB/T 16886.{part}" for part in (5, 10, 11, 6)]),
        ("EN 301 489-1/-17、EN 62368-1，还有RoHS", ["EN 301 489-1", "EN 301 489-17", "EN 62368-1", "RoHS"]),
        ("IEC 61000-4-2/3/4 immunity", ["IEC 61000-4-2", "IEC 61000-4-3", "IEC 61000-4-4"]),
        ("GB/T 2423.1、2423.2和2423.22-2012", ["GB/T 2423.1", "GB/T 2423.2", "GB/T 2423.22-2012"]),
        ("REACH and RoHS for the EU", ["REACH", "RoHS"]),
        ("certificate is EN 10204 3.1 and looks perfect", ["EN 10204"]),
    ],
)
def test_lists_of_parts_are_told_apart(text: str, found: list[str]) -> None:
    assert find_standards(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "64 GB 3200 MHz 内存",
        "显存80GB，两周",
        "IEEE 2013 conference",
        "we reach out to labs in SC 29601",
        "STM32F103、A100、RTX 4090",
        "ISO 7 cleanroom",
        "the DO loop 160 times",
        "NB 100 pieces",
    ],
)
def test_what_is_no_standard_is_not_read_as_one(text: str) -> None:
    assert find_standards(text) == []


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [
        ("GB/T 2423.10", "GB/T 2423.10-2019"),
        ("GB/T 2423.10-2019", "GB/T 2423.10"),
        ("GB 4943.1", "GBT4943.1-2022"),
        ("GB/T 2423", "GB/T 2423.10"),
        ("ISO/IEC 17025", "ISO 17025"),
        ("EN ISO 12100", "ISO 12100:2010"),
        ("ETSI EN 300 328", "EN 300 328"),
        ("DO-160", "RTCA DO-160G"),
        ("MIL-STD-810H", "MIL-STD-810"),
        ("GJB 150.4A", "GJB 150.4"),
        ("FCC Part 15", "FCC Part 15.247"),
        ("USB 2.0", "usb 2.0"),
    ],
)
def test_a_standard_covers_the_same_number_and_its_own_parts(stated: str, wanted: str) -> None:
    assert covers(stated, wanted)


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [
        ("GB/T 2423.10", "GB/T 2423"),
        ("GB/T 2423.1", "GB/T 2423.10"),
        ("GB/T 2423.10-2008", "GB/T 2423.10-2019"),
        ("GB/T 9001", "ISO 9001"),
        ("MIL-STD-810G", "MIL-STD-810H"),
        ("IEC 60601-1", "IEC 60601-1-2"),
        ("GB/T 242", "GB/T 2423"),
        ("", "GB/T 2423"),
        ("CNAS", "CMA"),
    ],
)
def test_a_standard_covers_no_other(stated: str, wanted: str) -> None:
    assert not covers(stated, wanted)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("ISO 9O01", "ISO 9001"),
        ("ISO 17O25", "ISO 17025"),
        ("GB/T l9001", "GB/T 19001"),
        ("GBTl9001-2016", "GB/T 19001-2016"),
        ("ISO/IEC 17O25:2017", "ISO/IEC 17025:2017"),
        ("IEC 6I010-1", "IEC 61010-1"),
        ("JJF 1lO1", "JJF 1101"),
    ],
)
def test_letters_typed_for_figures_are_read_as_figures(written: str, normal: str) -> None:
    assert find_standards(f"需按{written}做，急") == [normal]
    assert find_standards(f"Tests to {written}, please") == [normal]


@pytest.mark.parametrize("text", ["64 GB 1O00", "ISO OIl", "ISO lO", "EN 1O00l", "an ISO Illo1", "ISO 9O01a", "LISO 9O01"])
def test_letters_that_stand_for_no_figure_make_no_standard(text: str) -> None:
    assert find_standards(text) == []
