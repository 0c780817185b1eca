"""The labelled cases: how much of what is read is right, and how much of what is written is read."""

import pytest

from bench import facts

PRECISION, RECALL = 0.95, 0.85


def without_language(cases):
    return [finding for finding in facts.findings(cases) if finding.type != "language"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_facts_of_our_sentences_are_read(language):
    cases = [case for case in facts.own_cases() if case.language == language]
    precision, recall, labels = facts.rates(without_language(cases))
    assert len(cases) == 75
    assert labels > 100
    assert (precision >= PRECISION, recall >= RECALL) == (True, True), (precision, recall)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["real", *facts.HELD_OUT])
def test_facts_of_public_rows_are_read(name):
    cases = facts.real_cases(name=name)
    if not cases:
        pytest.skip("the public collections are not beside the checkout")
    found = without_language(cases)
    if name == "real":
        assert len(cases) == 150
        found += without_language(facts.own_cases())
    precision, recall, _ = facts.rates(found)
    assert (precision >= PRECISION, recall >= RECALL) == (True, True), (precision, recall)


def test_a_wrong_and_a_missed_fact_are_counted():
    case = facts.Case("x", "own", "载荷 10 kN，预算5万元", "zh", ("q:10 kN load", "q:5 mm", "b:..60000 CNY"))
    verdicts = sorted((finding.type, finding.verdict) for finding in facts.findings([case]))
    assert verdicts == [("budget", "missed"), ("budget", "wrong"), ("language", "right"),
                        ("quantity", "missed"), ("quantity", "right")]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "low", "high", "unit", "parameter"),
    [
        ("q:-40..85 °C temperature", -40, 85, "°C", "temperature"),
        ("q:>=3 m", 3, None, "m", None),
        ("q:<=1e-6 Pa", None, 1e-6, "Pa", None),
        ("q:+-0.5 µm accuracy", -0.5, 0.5, "µm", "accuracy"),
        ("q:20 g", 20, 20, "g", None),
    ],
)
def test_labels_are_read(label, low, high, unit, parameter):
    assert facts.read_range(label) == (facts.Range(low, high, unit), parameter)
