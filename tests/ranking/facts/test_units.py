"""Units: spellings, quotients, and values in base units."""

import pytest

from matchmaker.ranking.facts import units
from matchmaker.ranking.facts.units import read_unit, resolve_unit, to_base


def test_every_unit_of_the_table_converts() -> None:
    for meanings in units._UNITS.values():
        for unit in meanings:
            assert to_base(unit, 1.0) is not None


@pytest.mark.parametrize(
    ("written", "dimension", "base"),
    [
        ("kN", "force", 1000.0),
        ("m**2", "area", 1.0),
        ("N*m", "torque", 1.0),
        ("g_0", "acceleration", 9.80665),
        ("m**3/h", "volume_flow", 1 / 3600),
        ("K/min", "temperature_rate", 1 / 60),
        ("°C/min", "temperature_rate", 1 / 60),
        ("km/h", "speed", 1 / 3.6),
        ("Mbit/s", "data_rate", 1e6),
        ("MB/s", "data_rate", 8e6),
        ("TFLOPS", "compute", 1e12),
        ("%", "ratio", 0.01),
        ("dB", "level", 1.0),
        ("公斤", "mass", 1.0),
        ("lux", "illuminance", 1.0),
    ],
)
def test_a_unit_of_the_catalogue_is_resolved(written: str, dimension: str, base: float) -> None:
    unit = resolve_unit(written)
    assert unit is not None
    assert (unit.dimension, to_base(unit, 1.0)) == (dimension, pytest.approx(base))


@pytest.mark.parametrize("written", ["sample", "item", "", " ", "9**9**9", "__import__('os')", "kg; rm", "m m"])
def test_what_is_no_unit_resolves_to_nothing(written: str) -> None:
    assert resolve_unit(written) is None


@pytest.mark.parametrize("text", ["5 kNx", "5 mm_a", "5 m/unknown", "5 米饭", "5 kg^2"])
def test_a_spelling_inside_something_longer_is_no_unit(text: str) -> None:
    assert read_unit(text, 1) is None


def test_nothing_converts_to_nothing() -> None:
    unit = resolve_unit("kN")
    assert unit is not None
    assert to_base(unit, None) is None
