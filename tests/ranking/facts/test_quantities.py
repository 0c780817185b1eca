"""Quantities: intervals with units and parameters; nothing else that has digits."""

import subprocess
import sys

import pytest

from matchmaker.ranking.facts.quantities import Quantity, find_quantities


def only(text: str) -> Quantity:
    found = find_quantities(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "role"),
    [
        ("10 kN", 10, 10, "kN", "value"),
        ("-40~150 °C", -40, 150, "°C", "range"),
        ("-40℃到85℃", -40, 85, "°C", "range"),
        ("－４０～８５℃", -40, 85, "°C", "range"),
        ("±0.5 µm", -0.5, 0.5, "µm", "tolerance"),
        ("+/- 5 um", -5, 5, "µm", "tolerance"),
        ("≤ 5 ms", None, 5, "ms", "at_most"),
        ("up to 200 bar", None, 200, "bar", "at_most"),
        ("from 5 to 2000 Hz", 5, 2000, "Hz", "range"),
        ("5-2000Hz", 5, 2000, "Hz", "range"),
        ("10 Hz-2 kHz", 0.01, 2, "kHz", "range"),
        ("between 5 and 50 kHz", 5, 50, "kHz", "range"),
        ("不低于 3 m", 3, None, "m", "at_least"),
        ("20kHz以上", 20, None, "kHz", "at_least"),
        ("-45℃以下", None, -45, "°C", "at_most"),
        ("150 kg max", None, 150, "kg", "at_most"),
        ("96 h", 96, 96, "h", "value"),
        ("40 GB 显存", 40, 40, "GB", "value"),
        ("10^-6 Pa", 1e-6, 1e-6, "Pa", "value"),
        ("5×10⁻⁴ Pa", 5e-4, 5e-4, "Pa", "value"),
        ("25±2 °C", 23, 27, "°C", "range"),
        ("3×4×2.5 m", 2.5, 4, "m", "value"),
        ("2.1 mm x 1.8 mm", 1.8, 2.1, "mm", "value"),
        ("1,500 kg", 1500, 1500, "kg", "value"),
        ("10万小时", 100000, 100000, "h", "value"),
        ("零下40度", -40, -40, "°C", "value"),
        ("写-41℃冷启动", -41, -41, "°C", "value"),
        ("保压两小时", 2, 2, "h", "value"),
        ("5W/(m·K)", 5, 5, "W/(m·K)", "value"),
        ("50-150 kg/h", 50, 150, "kg/h", "range"),
        ("5 kg per hour", 5, 5, "kg/h", "value"),
        ("AC220V", 220, 220, "V", "value"),
        ("500 N m", 500, 500, "N·m", "value"),
        ("1.2 m² 台面", 1.2, 1.2, "m²", "value"),
        ("4×3.84 TB NVMe", 3.84, 3.84, "TB", "value"),
        # A denied bound is the opposite one.
        ("不确定度不大于0.3 mm", None, 0.3, "mm", "at_most"),
        ("不得超过 5 kN", None, 5, "kN", "at_most"),
        ("不小于 3 m", 3, None, "m", "at_least"),
        ("no more than 62 W/cm2", None, 62, "W/cm²", "at_most"),
        ("shall not exceed 5 kg", None, 5, "kg", "at_most"),
        ("not less than 5 kN", 5, None, "kN", "at_least"),
        # The bound before the name of the parameter, or before an article.
        ("Maximum pressure 10 MPa", None, 10, "MPa", "at_most"),
        ("a minimum capacity of 1.5 Ah", 1.5, None, "Ah", "at_least"),
        ("最低温度-40℃", -40, None, "°C", "at_least"),
        ("push it over the 130 dB level", 130, None, "dB", "at_least"),
        ("frequencies to 100 GHz", None, 100, "GHz", "at_most"),
        ("3000 degrees F and higher", 3000, None, "°F", "at_least"),
        ("最大300×200 mm", 200, 300, "mm", "value"),
        ("2 μm × 2 μm minimum", 2, 2, "µm", "value"),
        ("glue fails at -20 C", -20, -20, "°C", "value"),
        ("a 3.5-inch bore", 3.5, 3.5, "inch", "value"),
        ("480 h per ISO 9227", 480, 480, "h", "value"),
        ("3 minutes per sample", 3, 3, "min", "value"),
        ("2000 GPU小时", 2000, 2000, "GPU·h", "value"),
        ("500 GPU hours", 500, 500, "GPU·h", "value"),
        ("leak rate 1e-6 mbar·L/s", 1e-6, 1e-6, "mbar·L/s", "value"),
        ("速度 2 节", 2, 2, "kn", "value"),
        ("2 Âµm to 30 Âµm", 2, 30, "µm", "range"),
        ("&gt;80 MeV", 80, None, "MeV", "at_least"),
        ("dose of 300 krad(Si)", 300, 300, "krad", "value"),
        ("transmission (70 percent or higher)", 70, None, "%", "at_least"),
        ("30\x9631 GHz", 30, 31, "GHz", "range"),
    ],
)
def test_a_quantity_is_read(text: str, low: float | None, high: float | None, unit: str, role: str) -> None:
    found = only(text)
    assert (found.low, found.high, found.unit, found.role) == (pytest.approx(low), pytest.approx(high), unit, role)


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("温度-40~85℃，频率5-2000Hz，加速度20g", ["temperature", "frequency", "acceleration"]),
        ("件外形约260×180×95mm，体素分辨率优于80μm", ["size", "resolution"]),
        ("收率94%，压力2.5MPa，温度85℃", ["yield", "pressure", "temperature"]),
        ("8张80G显存的卡", ["gpu_memory"]),
        ("accuracy ±0.5 µm over a travel of 300 mm", ["accuracy", "stroke"]),
        ("5-500 Hz sweep, dummy motor weighs 85 kg", ["frequency", "mass"]),
        ("latency below 15 ms, 100 Mbps bandwidth", ["latency", "bandwidth"]),
        ("识别率97%，漏检率<0.1%", ["correctness", "error"]),
        ("精度高，长度 10 mm 的件", ["length"]),
        ("精度高，10 mm 的件", [None]),
        ("温度85℃、125℃、150℃", ["temperature"] * 3),
        ("85 °C/85%RH", ["temperature", "humidity"]),
        ("100kW/215kWh", [None, None]),
        ("机器人负载16kg，TCP速度500mm/s", ["load", "speed"]),
        ("1,500 rpm, 95 Nm", ["rotation_speed", "torque"]),
    ],
)
def test_the_parameter_comes_from_words_of_the_same_clause(text: str, parameters: list[str | None]) -> None:
    assert [quantity.parameter for quantity in find_quantities(text)] == parameters


@pytest.mark.parametrize(
    "text",
    [
        "按GB/T 2423.10和ISO 9001做",
        "A100、STM32F103、42CrMo、M8螺栓、IP67",
        "2024年3月15日",
        "on 12 March 2027 or in the 1990s",
        "电话13812345678，0512-66668888",
        "+86 138 1234 5678 mm",
        "预算5万元，¥3.5万，$5m",
        "5G network and 4K video, Wi-Fi 6, BLE 5.2",
        "Phase 2 A robust design",
        "TRL 4 到 7",
        "L4无人配送小车",
        "12 000 users, 2-3 care homes",
        "8D报告，40HQ，2×18650",
        "增长35%",
        "100s of kilometres",
        "MPE 2.0 + L/300 µm",
        "BX-220 V型",
        "a BX 220-V plug",
        "第2节和3 节课",
        "5 kg per working day",
        "answers 24 hours a day",
        "24小时在线客服",
        "see https://example.org/10mm/20kg",
        "8核心竞争力",
    ],
)
def test_other_numbers_are_no_quantities(text: str) -> None:
    assert find_quantities(text) == []


def test_what_a_tolerance_is_spread_over_is_no_bound() -> None:
    tolerance, spread = find_quantities("±0.5 µm over 300 mm travel")
    assert (tolerance.role, spread.role, spread.low, spread.high) == ("tolerance", "value", 300, 300)


def test_the_base_unit_is_that_of_the_dimension() -> None:
    cold, pressure, shock = (only(text) for text in ("-40 °C", "200 bar 压力", "加速度 2 g"))
    assert (cold.dimension, cold.base_low) == ("temperature", pytest.approx(233.15))
    assert (pressure.dimension, pressure.base_high) == ("pressure", pytest.approx(2e7))
    assert (shock.dimension, shock.base_low) == ("acceleration", pytest.approx(19.6133))


def test_a_tolerance_of_temperature_is_a_difference() -> None:
    found = only("控温精度±2 °C")
    assert (found.role, found.base_low, found.base_high) == ("tolerance", pytest.approx(-2), pytest.approx(2))


def test_the_same_spelling_means_what_the_words_around_say() -> None:
    assert only("加速度 20 g").dimension == "acceleration"
    assert only("样品 20 g").dimension == "mass"
    assert only("倾角 20 度").dimension == "angle"
    assert only("结温 148 度").dimension == "temperature"


def test_the_library_starts_without_pint() -> None:
    code = "import sys, matchmaker.ranking.facts; sys.exit('pint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
