"""Wishes held against capabilities: met, missing, and unknown wherever the answer would be a guess."""

import pytest

from matchmaker.ranking.facts.compare import Capability, compare, judge
from matchmaker.ranking.facts.quantities import Quantity, find_quantities


def wish(text: str) -> Quantity:
    (found,) = find_quantities(text)
    return found


def capability(parameter: str, low: float | None, high: float | None, unit: str) -> Capability:
    return Capability.of({"parameter": parameter, "min": low, "max": high, "unit": unit})


@pytest.mark.parametrize(
    ("wanted", "offered", "state"),
    [
        # A range must be covered whole.
        ("温度-40~85℃", ("温度 temperature", -70, 150, "°C"), "met"),
        ("温度-40~85℃", ("温度 temperature", -30, 150, "°C"), "missing"),
        ("temperature -40 to 85 °C", ("温度 temperature", 233.15, 358.15, "K"), "met"),
        ("频率5-2000Hz", ("frequency", 0.005, 2, "kHz"), "met"),
        ("频率5-2000Hz", ("frequency", 10, 2000, "Hz"), "missing"),
        # A range without a name is met by a range around it, and by nothing else; not to be around it says nothing.
        ("振动，5~500 Hz", ("频率 frequency", 5, 2000, "Hz"), "met"),
        ("5~500 Hz", ("频率 frequency", 10, 2000, "Hz"), "unknown"),
        ("5~500 Hz", ("频率 frequency", None, 2000, "Hz"), "unknown"),
        ("500 Hz", ("频率 frequency", 5, 2000, "Hz"), "unknown"),
        ("5~500 Hz", ("长度 length", 1, 900, "mm"), "unknown"),
        # A single value must lie within.
        ("载荷 10 kN", ("load", 0.1, 100, "kN"), "met"),
        ("载荷 10 kN", ("load", 0.1, 5, "kN"), "missing"),
        ("件重 85 kg", ("样品重量 sample mass", None, 60, "kg"), "missing"),
        ("件重 85 kg", ("承重 payload", None, 300, "kg"), "met"),
        # Of an accuracy, a noise, a latency the smaller is the better.
        ("精度±0.5 µm", ("定位精度 accuracy", None, 1, "µm"), "missing"),
        ("精度±0.5 µm", ("示值误差 length error", None, 0.4, "µm"), "met"),
        ("±0.5 µm", ("accuracy", None, 0.3, "µm"), "met"),
        ("体素分辨率优于15 µm", ("体素 voxel size", 3, None, "µm"), "met"),
        ("延迟不超过 5 ms", ("latency", None, 8, "ms"), "missing"),
        ("噪声 ≤ 30 dB(A)", ("背景噪声 background noise", None, 16, "dB"), "met"),
        # Of a memory or a sampling rate the larger includes the smaller.
        ("显存40 GB", ("单卡显存 memory per card", 80, 80, "GB"), "met"),
        ("显存 96 GB", ("单卡显存 memory per card", 80, 80, "GB"), "missing"),
        ("采样率20kHz以上", ("采样率 sampling rate", None, 25.6, "kHz"), "met"),
        ("采样率50kHz以上", ("采样率 sampling rate", None, 25.6, "kHz"), "missing"),
        ("准确率不低于90%", ("准确率 hit rate", 93, None, "%"), "met"),
        # At least, up to, below.
        ("精度±0.5 µm", ("精度 accuracy", -1, 1, "µm"), "missing"),
        ("精度±0.5 µm", ("精度 accuracy", -0.5, 0.5, "µm"), "met"),
        ("精度±0.5 µm", ("精度 accuracy", None, 0.0003, "mm"), "met"),
        ("不确定度不大于0.3%", ("不确定度 uncertainty", None, 0.5, "%"), "missing"),
        ("不确定度不大于0.3%", ("不确定度 uncertainty", None, 0.2, "%"), "met"),
        # A tolerance of temperature is a difference, a temperature is not: 2 K are 2 °C wide, 275 K are 2 °C warm.
        ("控温精度±2 °C", ("控温精度 accuracy", None, 0.5, "K"), "met"),
        ("控温精度±2 °C", ("控温精度 accuracy", None, 3, "K"), "missing"),
        ("控温精度±2 °C", ("控温精度 accuracy", None, 0.5, "°C"), "met"),
        ("控温精度±2 °C", ("控温精度 accuracy", -0.5, 0.5, "°C"), "met"),
        ("控温精度±2 °C", ("控温精度 accuracy", None, 3, "°C"), "missing"),
        ("测温误差不超过1 °C", ("误差 error", None, 0.9, "°F"), "met"),
        ("测温误差不超过1 °C", ("误差 error", None, 3, "K"), "missing"),
        ("测温分辨率 0.1 °C", ("分辨率 resolution", None, 0.05, "K"), "met"),
        ("温度 200 °F", ("温度 temperature", 20, 100, "°C"), "met"),
        ("温度 200 °F", ("温度 temperature", 20, 90, "°C"), "missing"),
        ("leak rate below 1e-6 mbar·L/s", ("leak rate", None, 1e-8, "Pa·m³/s"), "met"),
        ("leak rate below 1e-6 mbar·L/s", ("leak rate", None, 1e-6, "Pa·m³/s"), "missing"),
        ("dose of 300 krad", ("剂量 dose", 0, 5, "kGy"), "met"),
        ("dose of 300 krad", ("剂量 dose", 0, 2, "kGy"), "missing"),
        ("2000 GPU小时", ("机时 GPU hours", None, 5000, "GPU·h"), "met"),
        ("2000 GPU小时", ("机时 GPU hours", None, 500, "GPU·h"), "missing"),
        ("Maximum pressure 10 MPa", ("压力 pressure", 0, 6, "MPa"), "missing"),
        ("Maximum pressure 10 MPa", ("压力 pressure", 0, 160, "bar"), "met"),
        ("扭矩不低于200 N·m", ("扭矩 torque", None, 600, "N*m"), "met"),
        ("扭矩不低于200 N·m", ("扭矩 torque", None, 70, "N*m"), "missing"),
        ("pressure up to 200 bar", ("压力 pressure", 0, 70, "MPa"), "met"),
        ("pressure up to 200 bar", ("压力 pressure", 0, 10, "MPa"), "missing"),
        ("-45℃以下", ("温度 temperature", -70, 85, "°C"), "met"),
        ("-45℃以下", ("温度 temperature", -40, 85, "°C"), "missing"),
        ("湿度85%RH", ("相对湿度 relative humidity", 20, 98, "%"), "met"),
        ("外形尺寸 3×2×2 m", ("箱体尺寸 size", None, 4, "m"), "met"),
        # A rare dimension needs no word.
        ("10 kN", ("载荷 load", None, 50, "kN"), "met"),
    ],
)
def test_a_wish_is_judged(wanted: str, offered: tuple[str, float | None, float | None, str], state: str) -> None:
    assert judge(wish(wanted), capability(*offered)) == state


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        ("频率5-2000Hz", ("温度", -40, 85, "°C")),
        ("频率 5-2000Hz", ("采样率 sampling rate", 1, 10, "Hz")),
        ("电压 48 V", ("漏电流", 0, 1, "A")),
        # The same number of another dimension is no match.
        ("载荷 10 kN", ("载荷 load", 0, 100, "kV")),
        ("频率 10 Hz", ("频率 frequency", 0, 100, "rpm")),
        ("控温精度±2 °C", ("温度 temperature", -70, 150, "°C")),
        ("96 h", ("周期 duration", 1, 10, "h")),
        ("长度 620 mm", ("粗糙度 roughness", 0.1, 5, "µm")),
        ("载荷 10 kN", ("load", None, None, "kN")),
        ("载荷 10 kN", ("load", 1, 100, "")),
        ("载荷 10 kN", ("load", 1, 100, "sample")),
        ("±0.5 µm", ("行程 travel", 0, 300, "mm")),
        ("显存 40 GB", ("内存 memory", None, 512, "GB")),
        # How cold a chamber gets does not follow from how hot it gets.
        ("温度-40~60℃", ("温度 temperature", None, 80, "°C")),
        # An end left open decides nothing.
        ("温度 100~200℃", ("温度 temperature", 20, None, "°C")),
    ],
)
def test_what_does_not_compare_is_unknown(wanted: str, offered: tuple[str, float | None, float | None, str]) -> None:
    assert judge(wish(wanted), capability(*offered)) == "unknown"


def test_an_instrument_of_a_micrometre_does_not_meet_half_of_one_and_the_comparison_says_so() -> None:
    said = compare(wish("精度±0.5 µm"), [capability("精度 accuracy", -1, 1, "µm")])
    assert (said.state, said.wanted, said.offered) == ("missing", "±0.5 μm", "-1~1 µm")


def test_the_comparison_says_what_was_held_against_what() -> None:
    wanted = wish("温度-40~85℃")
    small, large = (capability("温度", low, 150, "°C") for low in (-20, -70))
    met = compare(wanted, [small, large])
    assert (met.state, met.wanted, met.offered) == ("met", "-40~85°C", "-70~150 °C")
    assert compare(wanted, [small]).state == "missing"
    assert compare(wanted, []).state == "unknown"
    assert compare(wanted, []).offered == ""


def test_a_capability_is_read_from_the_catalogue() -> None:
    read = Capability.of({"parameter": {"zh": "温度", "en": None}, "min": 85, "max": -40, "unit": "°C"})
    assert (read.parameter, read.minimum, read.maximum, str(read)) == ("温度", -40, 85, "-40~85 °C")
    assert Capability.of({"min": "many", "max": float("nan")}) == Capability("", None, None, "")
    assert str(Capability("x", None, 5, "kg")) == "≤ 5 kg"
    assert str(Capability("x", 5, None, "")) == "≥ 5"
