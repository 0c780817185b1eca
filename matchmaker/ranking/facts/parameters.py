"""What a quantity is a quantity of: the parameters known, the words for them, and what counts as better."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

# parameter | dimensions | Chinese words | English words. A minus before the name: the smaller the better; a plus:
# the larger the better, since more of it includes less.
_TABLE = """
temperature | temperature | 温度 温区 高温 低温 水温 油温 炉温 结温 环境温 冷启动 高低温 恒温 零下 零上 烧结 加热 冷却
    热到 烫 冻 | temperature, temperatures, temp, thermal, heated, cooled, cryogenic, chamber, ambient, hot, freezing
temperature_rate | temperature_rate | 温变速率 升温速率 降温速率 变温速率 温变 | ramp rate, temperature rate, heating
    rate, cooling rate, ramp
humidity | ratio | 湿度 相对湿度 湿热 | humidity, relative humidity
frequency | frequency | 频率 频段 频带 频率范围 扫频 主频 工作频率 振动频率 正弦 带宽 | frequency, frequencies, sweep,
    band, bandwidth, vibration
+sampling_rate | frequency frame_rate | 采样率 采样频率 采样 | sampling rate, sampling frequency, sample rate,
    sampling
+frame_rate | frame_rate frequency | 帧率 帧频 | frame rate, framerate, refresh rate
pressure | pressure | 压力 压强 气压 水压 油压 液压 保压 耐压 打压 爆破 真空度 真空 承压 | pressure, vacuum,
    pressurised, pressurized, burst, hydrostatic
strength | pressure | 强度 抗拉 抗压 屈服 抗拉强度 屈服强度 应力 模量 弹性模量 | strength, tensile, yield strength,
    stress, modulus
force | force mass | 力 推力 拉力 压紧力 夹持力 夹紧力 挤压力 试验力 激振力 | force, thrust, pull, clamping force
load | force mass | 载荷 负载 负荷 承重 承载 载重 加载 起重 荷载 额定载荷 | load, payload, loads, capacity, lifting,
    loading, carrying
torque | torque | 扭矩 力矩 转矩 扭力 | torque
mass | mass | 重量 质量 重 件重 自重 毛重 净重 整备质量 样品量 | weight, mass, weighs, weighing, heavy
length | length | 长度 长 总长 全长 行长 臂展 | length, long, reach, wheelbase
width | length | 宽度 宽 幅宽 门幅 | width, wide
height | length | 高度 高 净高 层高 跌落高度 | height, high, tall, drop height, altitude
depth | length | 深度 水深 深 | depth, deep
thickness | length | 厚度 壁厚 板厚 膜厚 厚 涂层厚度 | thickness, thick, wall thickness
diameter | length | 直径 外径 内径 孔径 线径 通径 口径 粒径 | diameter, dia, bore, diameters, aperture
+size | length area volume | 尺寸 外形 外形尺寸 规格 工作室 箱体 舱体 台面 内尺寸 幅面 | size, dimensions, footprint,
    envelope, size up to
stroke | length | 行程 位移 振幅 量程 测量范围 | travel, stroke, displacement, amplitude, measuring range
distance | length | 距离 测距 航程 续航里程 续航 里程 作用距离 半径 间距 | distance, range, mileage, radius, standoff
wavelength | length | 波长 光谱 谱段 波段 | wavelength, wavelengths, spectral, laser, light
+area | area | 面积 场地 厂房 占地 车间 门面 展位 | area, floor space, workshop
volume | volume | 容积 体积 容量 罐 釜 舱容 容器 | volume, tank, vessel, autoclave, reactor, bioreactor, fermenter,
    batch
flow | volume_flow mass_flow | 流量 产能 处理量 风量 排量 流速 | flow rate, flow, throughput, output, airflow,
    capacity
speed | speed | 速度 线速度 车速 航速 时速 移动速度 | speed, velocity, travelling
wind_speed | speed | 风速 抗风 风力 | wind speed, wind, gust, gusts
rain | speed | 降雨 雨强 雨量 | rain, rainfall
rotation_speed | rotation | 转速 主轴 最高转速 | rotational speed, spindle, motor speed, rotation, rotating
acceleration | acceleration | 加速度 冲击 振动 过载 量级 峰值加速度 随机振动 | acceleration, shock, vibration, peak,
    random vibration, g-load
voltage | voltage | 电压 高压 耐压 额定电压 供电 静电 浪涌 直流 交流 母线 管电压 | voltage, supply, bus, surge, esd,
    powered
current | current | 电流 漏电流 充放电电流 放电 短路 | current, leakage, discharge
power | power | 功率 额定功率 算力功耗 输出功率 负载功率 发电 装机 光伏 | power, rated power, output power, motor
-power_consumption | power | 功耗 待机功耗 | power consumption, consumption
energy | energy | 能量 电量 储能 冲击能量 能耗 | energy, storage, impact energy
battery_capacity | charge energy | 容量 电池容量 电池 电芯 | capacity, battery, cell, pack
resistance | resistance | 电阻 绝缘电阻 接触电阻 阻值 | resistance, insulation resistance
capacitance | capacitance | 电容 | capacitance
inductance | inductance | 电感 | inductance
magnetic_field | magnetic_flux_density | 磁场 磁感应 磁共振 磁 场强 | magnetic field, magnet, mri
field_strength | field_strength | 场强 电场 抗扰 辐射抗扰 | field strength, immunity, electric field
duration | time | 时长 时间 试验时间 持续 连续 保温 保压 老化 浸泡 浸透 周期 盐雾 耐久 寿命 期 试运行 试用 | duration,
    for, test time, continuous, soak, ageing, aging, endurance, salt spray, lasting, lifetime, design life,
    service life, shelf life, operating life, lifespan, trial period, pilot
-latency | time | 延迟 时延 响应时间 响应 延时 首句响应 节拍 抖动 | latency, delay, response time, response, jitter,
    cycle time
-accuracy | length ratio angle temperature level time pressure mass force voltage | 精度 准确度 定位精度 测量精度 公差
    平面度 圆度 同轴度 跳动 | accuracy, precision, tolerance, accurate, tolerances, positioning accuracy, flatness
-repeatability | length ratio angle | 重复定位精度 重复精度 重复性 | repeatability
+image_size | pixels | 像素 | megapixel, pixels
-resolution | length angle ratio time temperature frequency | 分辨率 分辨力 体素 像元 分辨 像素尺寸 网格 | resolution,
    voxel, voxel size, pixel size, resolving
-error | length ratio angle level temperature time pressure | 误差 示值误差 偏差 误报率 漏检率 误差率 | error,
    deviation, false alarm rate, error rate, mpe
-uncertainty | length ratio angle level temperature pressure mass | 不确定度 | uncertainty
-roughness | length | 粗糙度 | roughness, surface roughness
-leak_rate | leak_rate ratio volume_flow | 漏率 泄漏率 | leak rate, leakage rate
-detection_limit | ratio density length | 检出限 检测限 检测下限 | detection limit, limit of detection, lod
-noise | level | 噪声 本底噪声 背景噪声 噪音 | noise, background noise, noise floor
sound_level | level | 声压级 声级 声压 | sound level, sound pressure, loudness
gain | level | 增益 衰减 屏蔽效能 隔离度 动态范围 | gain, attenuation, shielding, isolation, dynamic range
+memory | information | 内存 | memory, ram
+gpu_memory | information | 显存 | gpu memory, vram, gpu, gpus, hbm, card memory
+storage | information | 存储 硬盘 磁盘 数据量 存储空间 | storage, disk, nvme, ssd, dataset
+bandwidth | data_rate | 带宽 上行 下行 网速 互联 传输速率 | bandwidth, uplink, downlink, interconnect, data rate,
    throughput, link
+compute | compute int_compute | 算力 浮点 | compute, tflops, fp16, bf16, fp32
+compute_time | compute_time | 机时 卡时 | gpu hours, compute time
depth_of_discharge | ratio | 放电深度 荷电状态 | depth of discharge, state of charge, soc, dod
+cores | cores | 核数 核心数 cpu | cores, cpu
+channels | channels | 通道数 通道 | channels
+efficiency | ratio | 效率 转换效率 | efficiency
+yield | ratio | 收率 良率 产率 合格率 成品率 | yield, pass rate, viability
+transmittance | ratio | 透过率 透光率 透射率 | transmission, transmittance
+purity | ratio | 纯度 含量 浓度 | purity, content, concentration
+correctness | ratio | 准确率 识别率 召回率 命中率 正确率 查准率 灵敏度 | recall, hit rate, sensitivity, specificity,
    recognition rate, detection rate
+illuminance | illuminance | 照度 光照 | illuminance, illumination
irradiance | irradiance | 辐照度 辐照 | irradiance
angle | angle | 角度 倾角 摇摆 坡度 迎角 视场 视场角 横摇 | angle, tilt, slope, incidence, field of view, fov, fovs,
    roll, pitch, beamwidth, beam width, lobe, viewing, divergence, rotation
hardness | hardness_hrc hardness_hv hardness_hb | 硬度 | hardness
viscosity | viscosity | 粘度 黏度 | viscosity
thermal_conductivity | thermal_conductivity | 热导率 导热系数 导热 | thermal conductivity
dose | absorbed_dose equivalent_dose | 剂量 辐照 辐照剂量 | dose, irradiation, radiation
density | density | 密度 | density, titre, titer, concentration
"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name, the dimensions it can have, and which value is the better one, if either."""

    name: str
    dimensions: frozenset[str]
    better: Literal["smaller", "larger", ""]


def _read_table() -> tuple[dict[str, Parameter], dict[str, tuple[Parameter, ...]]]:
    by_name: dict[str, Parameter] = {}
    by_word: dict[str, tuple[Parameter, ...]] = {}
    for line in re.sub(r"\n {4}", " ", _TABLE.strip()).split("\n"):
        name, dimensions, chinese, english = (part.strip() for part in line.split("|"))
        better: Literal["smaller", "larger", ""]
        better = "smaller" if name.startswith("-") else "larger" if name.startswith("+") else ""
        parameter = Parameter(name.lstrip("+-"), frozenset(dimensions.split()), better)
        by_name[parameter.name] = parameter
        for word in (*chinese.split(), *english.split(", "), parameter.name.replace("_", " ")):
            known = by_word.get(word, ())
            if parameter not in known:
                by_word[word] = (*known, parameter)
    return by_name, by_word


PARAMETERS, _WORDS = _read_table()
"""The parameters known, by name."""

ONLY_PARAMETERS = {
    dimension: names[0]
    for dimension in sorted(frozenset().union(*(parameter.dimensions for parameter in PARAMETERS.values())))
    if len(names := [name for name, parameter in PARAMETERS.items() if dimension in parameter.dimensions]) == 1
}
"""The parameter of each dimension that only one parameter has: what is in rpm is a speed of rotation."""

_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_LONGEST_FIRST = sorted(_WORDS, key=len, reverse=True)
_WORD = re.compile(
    "|".join(re.escape(word) for word in _LONGEST_FIRST if not word.isascii())
    + "|(?<![a-z])(?:" + "|".join(re.escape(word) for word in _LONGEST_FIRST if word.isascii()) + ")(?![a-z])"
)  # fmt: skip
# One parameter as good as the other when a wish is held against a capability.
_KINDRED = (
    frozenset({"force", "load"}),
    frozenset({"mass", "load"}),
    frozenset({"accuracy", "repeatability", "error", "uncertainty"}),
    frozenset({"frame_rate", "sampling_rate"}),
    frozenset({"noise", "sound_level"}),
    frozenset({"length", "width", "height", "depth", "size", "diameter"}),
)


def words_in(text: str) -> list[tuple[int, int, tuple[Parameter, ...]]]:
    """Return the words for parameters in folded text: where each starts and ends, and what it may mean."""
    return [(found.start(), found.end(), _WORDS[found.group()]) for found in _WORD.finditer(text.translate(_LOWER))]


@lru_cache(4096)
def parameters_in(text: str, dimension: str) -> frozenset[str]:
    """Return the names of the parameters of a dimension that a short text, such as a capability's name, speaks of.

    >>> sorted(parameters_in("重复定位精度 repeatability", "length"))
    ['repeatability']
    """
    found = {p.name for _, _, meant in words_in(text) for p in meant if dimension in p.dimensions}
    return frozenset(found)


def are_kindred(one: str, other: str) -> bool:
    """Tell whether two parameters may be held against each other."""
    return one == other or any(one in family and other in family for family in _KINDRED)
