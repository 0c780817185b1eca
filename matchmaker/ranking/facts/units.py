"""Units as people write them, their dimensions, and their values in the base unit of the dimension."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

# A hyphen joins a number to a unit of this many letters or more ("3.5-inch"), not to the letter of a name ("220-V").
_HYPHENED = 2
_PER_TIME = re.compile(r"(?:working|business|calendar|night|shift|cycle|run|batch)|[^A-Za-z\x00]")

BASES = {
    "length": "m", "mass": "kg", "time": "s", "frequency": "Hz", "frame_rate": "Hz", "rotation": "rpm",
    "temperature": "K", "pressure": "Pa", "force": "N", "torque": "N*m", "energy": "J", "power": "W", "voltage": "V",
    "current": "A", "charge": "A*h", "resistance": "ohm", "capacitance": "F", "inductance": "H",
    "magnetic_flux_density": "T", "acceleration": "m/s**2", "volume": "m**3", "area": "m**2", "information": "byte",
    "data_rate": "bit/s", "ratio": "dimensionless", "illuminance": "lx", "luminous_flux": "lm",
    "luminance": "cd/m**2", "angle": "degree", "absorbed_dose": "gray", "equivalent_dose": "sievert",
    "viscosity": "Pa*s", "thermal_conductivity": "W/m/K", "speed": "m/s", "volume_flow": "m**3/s",
    "mass_flow": "kg/s", "field_strength": "V/m", "density": "kg/m**3", "irradiance": "W/m**2",
    "temperature_rate": "K/s", "leak_rate": "Pa*m**3/s", "stiffness": "N/m", "areal_density": "kg/m**2",
}  # fmt: skip
"""The unit to which each dimension is brought; dimensions without one (dB, HRC, cores) keep their own."""

_QUOTIENTS = {
    ("length", "time"): "speed", ("volume", "time"): "volume_flow", ("mass", "time"): "mass_flow",
    ("voltage", "length"): "field_strength", ("mass", "volume"): "density", ("power", "area"): "irradiance",
    ("temperature", "time"): "temperature_rate", ("information", "time"): "data_rate", ("mass", "mass"): "ratio",
    ("force", "length"): "stiffness", ("mass", "area"): "areal_density", ("force", "area"): "pressure",
}  # fmt: skip

# dimension: canonical spelling [= pint's name] | further spellings; a leading ? marks spellings that stand for much
# else too and count only beside a word for a parameter of that dimension.
_TABLE = """
length: nm|纳米|nanometers|nanometer; µm|μm|um|微米|micron|microns|micrometers; mm|毫米|MM|millimeters|millimeter
length: cm|厘米|公分|centimeters; dm|分米; m|米|meter|meters|metre|metres
length: km|公里|千米|KM|Km|kilometers|kilometres|kilometer; inch|inches|英寸; ?mil=thou|mils
length: ft=foot|feet|foot|英尺; mile|miles|英里
length: nmi=nautical_mile|海里|nautical miles; kft=kilofoot|kilofeet; Å=angstrom|Angstroms|angstroms
mass: ng|纳克; µg|μg|ug|微克; mg|毫克; g|克|gram|grams; kg|公斤|千克|KG|Kg|kgs|kilograms|kilogram
mass: t|吨|tonne|tonnes|ton|tons; lb|lbs|pounds
time: ns|纳秒|nanoseconds; µs|μs|us|微秒|microseconds; ms|毫秒|milliseconds|millisecond|msec
time: s|秒|秒钟|sec|secs|second|seconds; min|分钟|mins|minute|minutes; h|小时|个小时|hr|hrs|hour|hours|H
time: ?d=day|天|day|days|个工作日|工作日; ?week|周|个星期|weeks; ?month|个月|months; ?year|年|years
frequency: Hz|赫兹|赫|HZ|hz|hertz|Hertz; kHz|千赫|千赫兹|KHz|Khz|khz|KHZ; MHz|兆赫|兆赫兹|MHZ|Mhz|mhz
frequency: GHz|GHZ|Ghz|ghz|吉赫兹; THz|太赫兹; kS/s=kHz|kSps|kSPS|ksps; MS/s=MHz|MSps|MSPS|Msps
frequency: GS/s=GHz|GSps|GSPS|Gsps
frame_rate: fps=Hz|FPS|帧/秒|帧每秒
rotation: rpm|r/min|RPM|转/分|转/分钟|转每分|转/min|rev/min
temperature: °C=degC|摄氏度|度C|deg C|degC|deg. C|degrees C|degree C|degrees Celsius|degree Celsius|deg Celsius|oC|ºC
temperature: °F=degF|华氏度|deg F|degF|degrees F|degrees Fahrenheit; ?K=kelvin|kelvin|Kelvin; ?°C=degC|度|degrees|C
angle: °=degree|deg|?degrees|?degree|?度; arcsec|角秒|arcseconds; arcmin|角分|arcminutes; mrad|毫弧度|milliradians
angle: µrad|μrad|urad
pressure: Pa|帕|帕斯卡; hPa; kPa|千帕|KPa|Kpa|kpa|KPA; MPa|兆帕|Mpa|MPA; GPa|吉帕; bar|bars|Bar; mbar|毫巴
pressure: psi|PSI|psig|psia; ksi=kpsi|KSI; atm|大气压; Torr=torr|torr; mTorr=mtorr; mmHg
force: mN; N|牛顿|?牛|newtons|Newtons; kN|千牛|KN; MN|兆牛; lbf; kgf|公斤力
torque: mN·m=mN*m|mNm|mN*m; N·m=N*m|Nm|N m|N.m|N*m|N-m|牛米|牛·米; kN·m=kN*m|kNm|kN m|kN.m|kN*m
energy: mJ; J|焦耳|joules|Joules; kJ|千焦; MJ; Wh=W*h|W·h|Whr|W-hr|watt-hours
energy: kWh=kW*h|kW·h|kW*h|度电|千瓦时|KWh|KWH|kwh; MWh=MW*h|兆瓦时
energy: GWh=GW*h; eV; keV|千电子伏; MeV; GeV
power: µW|μW|uW; mW|毫瓦; W|瓦|瓦特|watts|watt|Watts; kW|千瓦|KW|kw|kilowatts; MW|兆瓦|megawatts; GW|吉瓦; VA=W
power: kVA=kW|KVA; MVA=MW; hp|马力|horsepower
voltage: µV|μV|uV; mV|毫伏; V|伏|伏特|volts|volt|Volts|VDC|VAC|Vdc|Vac|Vrms; kV|千伏|KV|kilovolts
current: pA; nA; µA|μA|uA|微安; mA|毫安; ?A|安|安培|amps|amp|amperes|Amps; kA|千安
charge: mAh=mA*h|毫安时|毫安小时|MAH|mah; Ah=A*h|安时|A·h|amp-hours|amp-hour|amp hours|ampere-hours
resistance: mΩ=mohm|毫欧; Ω=ohm|ohm|ohms|欧姆; kΩ=kohm|kohm; MΩ=Mohm|兆欧; GΩ=Gohm
capacitance: pF; nF; µF|μF|uF
inductance: nH; µH|μH|uH; mH
magnetic_flux_density: mT; ?T|特斯拉|Tesla|tesla; Gs=1e-4|Gauss|gauss|高斯
acceleration: m/s²=m/s**2|m/s^2|m/s2; ?g=g_0|g_0|gn|grms|Grms|gRMS|g's|G
speed: kn=knot|knots|?节; mph=mile/hour; km/h=km/h|kph|kmh|km/hr|公里每小时
volume_flow: cfm=ft**3/min|CFM; gpm=gallon/min|GPM; slm=L/min|SLM
volume: µL|μL|uL|微升; mL|ml|毫升|cc|ML; L|升|liter|liters|litre|litres|公升
volume: m³=m**3|m^3|m3|m**3|立方米|cubic meters|cubic metres; cm³=cm**3|cm^3|cm3; gal=gallon|gallons|加仑
volume: inch³=inch**3|in^3|cubic inches|cubic inch
volume: ft³=ft**3|ft^3|ft3|cubic feet; mm³=mm**3|mm^3|mm3
area: mm²=mm**2|mm^2|mm2|平方毫米|mm**2; cm²=cm**2|cm^2|cm2|平方厘米
area: m²=m**2|m^2|m2|m**2|平方米|平米|sqm|sq m|square meters|square metres; km²=km**2|km^2|km2|平方公里
area: ha=hectare|公顷|hectares|hectare; ft²=ft**2|ft^2|ft2|sq ft|square feet; inch²=inch**2|in^2|square inches
information: kB|KB; MB; GB|?G|gb|Gb|gigabytes|GByte; TB|?T|terabytes|TByte; PB; GiB; TiB
data_rate: bps=bit/s|bit/s; kbps=kbit/s|Kbps|kbit/s|kb/s; Mbps=Mbit/s|Mbit/s|Mb/s|mbps|MBPS
data_rate: Mbps=Mbit/s|Mbits/s|Mbit/sec|Mbits/sec
data_rate: Gbps=Gbit/s|Gbit/s|Gb/s|gbps|Gbits/s; Tbps=Tbit/s|Tbit/s|Tb/s
ratio: ?%=percent|percent|个百分点|wt%|wt.%|vol%|vol.%|mol%|at%
ratio: ppm; ppb=1e-9; ‰=0.001; %RH=percent|%R.H.|% RH|RH|%相对湿度
pixels: Mpx=1e6|Mpixel|megapixels|megapixel|Megapixels|Megapixel|?MP
level: dB|dB(A)|dBA|分贝|db; dBi|dbi
power_level: dBm
illuminance: lx|lux|Lux|LX|勒克斯
luminous_flux: lm|lumens|lumen|流明
luminance: fL=3.42625909963539|foot-lamberts; cd/m²=cd/m**2|cd/m^2|cd/m2|nits|nit
absorbed_dose: Gy=gray; krad=dagray|kRad|krads; kGy=kgray; MGy=Mgray
equivalent_dose: mSv=msievert; µSv=usievert|μSv|uSv; Sv=sievert
compute: GFLOPS=1e9; TFLOPS=1e12|TFlops|TFLOPs; PFLOPS=1e15|PFlops|PFLOPs; EFLOPS=1e18
int_compute: TOPS=1e12|TOPs|Tops
viscosity: mPa·s=mPa*s|mPas|mPa.s|cP|mPa*s; Pa·s=Pa*s|Pa.s|Pa*s
thermal_conductivity: W/(m·K)=W/m/K|W/m·K|W/mK|W/m-K|W/(m*K)|W/(mK)|W/m/K|W/m*K
hardness_hrc: HRC
hardness_hv: HV
hardness_hb: HB|HBW
leak_rate: mbar·L/s=mbar*L/s|mbar·l/s|mbar*l/s|mbar l/s|mbar L/s|mbar.l/s; Pa·m³/s=Pa*m**3/s|Pa·m^3/s|Pa*m^3/s|Pa.m3/s
leak_rate: atm·cc/s=atm*mL/s|atm cc/s|atm*cc/s
compute_time: GPU·h=1|GPU小时|GPU时|卡时|卡小时|GPU hours|GPU hour|GPU-hours|GPU-hour|GPU-h|GPU*h|GPUh
compute_time: CPU·h=1|核时|核小时|CPU小时|CPU hours|CPU-hours|core hours|core-hours
cores: core|cores|核|vCPU|vCPUs
channels: channel|channels|通道
"""
_EXTRA_FACTORS = re.compile(r"\d+(?:\.\d+)?(?:e-?\d+)?")
_FOREIGN = re.compile(r"[A-Za-zµΩ°%_]{1,16}(?:\*\*-?\d)?(?:[*/][A-Za-zµΩ°%_]{1,16}(?:\*\*-?\d)?){0,3}")
_HAN_AFTER = {
    "核": "心电酸准验算查对能磁", "米": "粉饭线其", "克": "隆服拉重", "升": "级降温压华力", "度": "过假数量日",
    "秒": "杀", "安": "全装徽排静", "牛": "肉奶仔", "瓦": "楞片斯", "天": "线然气猫", "周": "边围末",
    "年": "龄检产级度轻", "伏": "打", "帕": "金", "赫": "兹", "吨": "级",
    "毫米": "波", "个月": "饼", "焦": "点",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its canonical spelling, its dimension, how pint spells it, and whether it needs a parameter beside it."""

    name: str
    dimension: str
    expression: str
    doubtful: bool = False


def _read_table() -> dict[str, tuple[Unit, ...]]:
    found: dict[str, tuple[Unit, ...]] = {}
    dimension = ""
    for entry in re.split(r"[;\n]", _TABLE.strip()):
        if ": " in entry:
            dimension, _, entry = entry.strip().partition(": ")
        head, *others = entry.strip().split("|")
        all_doubtful = head.startswith("?")
        name, _, expression = head.lstrip("?").partition("=")
        for spelling in (name, *others):
            doubtful = all_doubtful or spelling.startswith("?")
            unit = Unit(name, dimension, expression or name, doubtful)
            key = spelling.lstrip("?").replace("µ", "μ")
            if unit not in found.get(key, ()):
                found[key] = tuple(sorted((*found.get(key, ()), unit), key=lambda u: u.doubtful))
    return found


_UNITS = _read_table()
_LENGTHS = {
    first: sorted({len(key) for key in _UNITS if key[0] == first}, reverse=True) for first in {key[0] for key in _UNITS}
}
FIRST_CHARACTERS = frozenset(_LENGTHS)
"""The characters that a unit can begin with."""


def read_unit(text: str, position: int) -> tuple[tuple[Unit, ...], int] | None:
    """Return the units that the spelling at `position` of folded text may mean, and its end; None where none stands.

    Quotients of known units ("kg/h", "°C/min") are read as one; a unit divided by what is not known is none at all.
    """
    start = position + 1 if text.startswith((" ", "-"), position) else position
    simple = _read_simple(text, start)
    if simple is None:
        return None
    units, end = simple
    if text.startswith("-", position) and end - start < _HYPHENED:
        return None
    following = text[end : end + 6]
    if not following or following[0] not in "/^·* ":
        return simple
    divisor = 1 if following[0] == "/" else 5 if following.startswith(" per ") else 0
    if not divisor:
        return simple if following[0] == " " else None
    below = _read_simple(text, end + divisor)
    if below is None:
        after = text[end + divisor : end + divisor + 1]
        if divisor == 5 and not _PER_TIME.match(text, end + divisor):
            # "480 h per ISO 9227", "3 minutes per sample"
            return simple
        per_piece = not after or not after.isascii() or after in " -0123456789"
        return simple if following[0] == "/" and per_piece else None
    quotient = _quotient(units[0], below[0][0])
    return ((quotient,), below[1]) if quotient else None


def _read_simple(text: str, start: int) -> tuple[tuple[Unit, ...], int] | None:
    for length in _LENGTHS.get(text[start : start + 1], ()):
        spelling = text[start : start + length]
        units = _UNITS.get(spelling)
        if units and len(spelling) == length and _ends_here(text, spelling, start + length):
            return units, start + length
    return None


def _ends_here(text: str, spelling: str, end: int) -> bool:
    following = text[end : end + 1]
    if not following:
        return True
    if spelling[-1].isascii():
        return not (following.isascii() and (following.isalnum() or following == "_")) or not spelling[-1].isalnum()
    return following not in _HAN_AFTER.get(spelling, "")


@lru_cache(1024)
def _quotient(above: Unit, below: Unit) -> Unit | None:
    dimension = _QUOTIENTS.get((above.dimension, below.dimension), f"{above.dimension}/{below.dimension}")
    if "temperature" in above.dimension:
        expression = f"{'delta_' if above.expression.startswith('deg') else ''}{above.expression}/{below.expression}"
    else:
        expression = f"{above.expression}/({below.expression})"
    return Unit(f"{above.name}/{below.name}", dimension, expression)


@lru_cache(1024)
def resolve_unit(written: str) -> Unit | None:
    """Return the unit that is written alone, for instance in a catalogue; beyond the table, whatever pint knows.

    >>> resolve_unit("kN").dimension, resolve_unit("m**2").name, resolve_unit("sample")
    ('force', 'm²', None)
    """
    spelling = written.strip().replace("µ", "μ").replace("²", "^2").replace("³", "^3")
    found = read_unit(spelling, 0)
    if found and found[1] == len(spelling):
        return found[0][0]
    expression = written.strip().replace("^", "**")
    if not _FOREIGN.fullmatch(expression):
        return None
    dimensionality = _dimensionality(expression)
    return Unit(written.strip(), dimensionality, expression) if dimensionality else None


@cache
def _registry() -> Any:
    # Imported here: pint takes a third of a second, which only those pay who convert.
    import pint

    return pint.UnitRegistry()


def _dimensionality(expression: str) -> str | None:
    try:
        found = _registry().parse_units(expression).dimensionality
    except Exception:
        # Whatever pint's parser stumbles over is no unit.
        return None
    return str(found) if len(found) else None


def to_base(unit: Unit, value: float | None) -> float | None:
    """Return `value` in the base unit of its dimension, or as it is where the dimension has none.

    >>> round(to_base(resolve_unit("°C"), -40.0), 2), to_base(resolve_unit("kN"), 10.0)
    (233.15, 10000.0)
    """
    if value is None:
        return None
    factor, offset = _scale(unit.expression, unit.dimension)
    return value * factor + offset


def difference_to_base(unit: Unit, value: float) -> float:
    """Return a difference in the base unit of its dimension: 2 °C are 2 K wide, wherever they lie.

    >>> difference_to_base(resolve_unit("°C"), 2.0), round(difference_to_base(resolve_unit("°F"), 1.8), 9)
    (2.0, 1.0)
    """
    return value * _scale(unit.expression, unit.dimension)[0]


@lru_cache(1024)
def _scale(expression: str, dimension: str) -> tuple[float, float]:
    if _EXTRA_FACTORS.fullmatch(expression):
        return float(expression), 0.0
    base = BASES.get(dimension)
    if base is None and "/" in dimension and not dimension.startswith("["):
        parts = [BASES.get(part) for part in dimension.split("/")]
        base = f"{parts[0]}/({parts[1]})" if all(parts) else None
    if base is None and not dimension.startswith("["):
        return 1.0, 0.0
    registry = _registry()

    def convert(value: float) -> float:
        quantity = registry.Quantity(value, expression)
        return float((quantity.to(base) if base else quantity.to_base_units()).magnitude)

    if base and "temperature" in dimension and "/" not in expression:
        zero = convert(0.0)
        return convert(1.0) - zero, zero
    return convert(1.0), 0.0
