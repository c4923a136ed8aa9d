"""What buses, carriers, kinds of component, tariff bands and broken laws are called in both languages."""

from __future__ import annotations

import re
from typing import Literal

from ems.explain import BAND_TEXT
from models import CATALOGUE

Lang = Literal["zh", "en"]
CARRIER_TEXT = {  # carrier -> (Chinese, English), in the order in which the report shows them
    "electricity": ("电力", "electricity"),
    "heat": ("供热", "heat"),
    "cooling": ("供冷", "cooling"),
    "hydrogen": ("氢气", "hydrogen"),
    "gas": ("燃气", "gas"),
    "water": ("用水", "water"),
}
GRADES = {"c": "°C", "bar": "bar", "k": "K", "kv": "kV", "v": "V", "mpa": "MPa"}  # what a bus may be told apart by


def carrier_name(carrier: str, lang: Lang) -> str:
    return CARRIER_TEXT.get(carrier, (carrier, carrier))[lang == "en"]


def bus_name(bus: str, carrier: str, lang: Lang) -> str:
    """``heat_65c`` becomes "heat 65 °C"; what says no more than its carrier is called like its carrier."""
    rest = re.sub(rf"(^|_){re.escape(carrier)}(_|$)", "_", bus).strip("_")
    name = carrier_name(carrier, lang)
    if not rest:
        return name
    grade = re.fullmatch(r"(\d+)_?([a-z]+)", rest)
    if grade and grade[2] in GRADES:
        return f"{name} {grade[1]}\N{NO-BREAK SPACE}{GRADES[grade[2]]}"
    return f"{name} ({rest.replace('_', ' ')})"


def kind_name(kind: str, lang: Lang) -> str:
    for technology in CATALOGUE:
        if technology.model_fields["kind"].default == kind:
            return technology.KIND_ZH if lang == "zh" else technology.KIND_EN
    return kind.replace("_", " ")


def band_name(band: str, lang: Lang) -> str:
    return BAND_TEXT.get(band, (band, band))[lang == "zh"]


SOLVER_ZH = {
    "optimal": "最优",
    "time limit reached": "达到时限",
    "infeasible": "无解",
    "unbounded": "无界",
    "out of memory": "内存不足",
    "deadline: the solver did not stop in time": "超时未停止, 已终止",
}
SOLVER_ENDED = "the solver ended with code "


def solver_name(message: str, lang: Lang) -> str:
    """What the solver said; its own words where they are not known here."""
    if lang == "en":
        return message
    if message.startswith(SOLVER_ENDED):
        return f"求解器进程异常退出, 代码 {message.removeprefix(SOLVER_ENDED)}"
    return SOLVER_ZH.get(message.strip().lower(), message)


def law_name(law: str, lang: Lang) -> str:
    """A law of the audit in the reader's language; laws that name a series are matched by their pattern."""
    if lang == "en":
        return law
    if law in LAW_ZH:
        return LAW_ZH[law]
    for pattern, zh in LAW_PATTERNS.items():
        if found := re.fullmatch(pattern, law):
            return zh.format(*found.groups())
    return law


LAW_PATTERNS = {
    r"series (\S+) is missing": "缺少序列 {}",
    r"series (\S+) holds gaps": "序列 {} 有缺值",
    r"key figure (\S+) computed again": "关键指标 {} 复算",
}
LAW_ZH = {
    "COP": "制热(冷)系数",
    "above capacity or working while off": "超过容量或停机时出力",
    "amounts of the windows": "各时间窗的供给量",
    "balance": "能量平衡",
    "below minimum load": "低于最小负荷",
    "charging and discharging at once": "同时充放",
    "charging rate": "充入功率",
    "discharging rate": "放出功率",
    "efficiency": "效率",
    "electric COP": "电制冷系数",
    "electricity": "用电量",
    "export": "上网功率",
    "fans": "风机用电",
    "flow": "流量",
    "heat": "热功率",
    "heat recovered": "余热回收",
    "import": "购电功率",
    "import and export at once": "同时购电与上网",
    "level": "存量范围",
    "level balance": "存量平衡",
    "minimum down time": "最短停机时间",
    "minimum up time": "最短运行时间",
    "modules are whole numbers": "台数须为整数",
    "modules below zero": "台数为负",
    "modules resumed": "热备转运行台数",
    "more modules than there are": "超过可用台数",
    "no series reported": "未给出序列",
    "nothing is lost": "质量守恒",
    "objective computed again": "目标函数复算",
    "over contract": "超合同需量",
    "part-load curve": "部分负荷曲线",
    "peak so far": "本月最大需量",
    "power": "功率",
    "power and curtailment make the sun": "发电与弃光之和",
    "ramp down": "降负荷速率",
    "ramp up": "升负荷速率",
    "rate": "功率范围",
    "release": "排放量",
    "served and unserved make the demand": "已满足与未满足之和",
    "start and stop at once": "同时启停",
    "starts and stops": "启停逻辑",
    "steps differ from the inputs": "时段与输入不一致",
    "thermal COP": "热力制冷系数",
    "unserved": "未满足需求",
    "unserved below zero": "未满足需求为负",
    "unserved before a window ends": "时间窗结束前的未满足需求",
    "warm-up and standby": "预热与热备用电",
    "warm-up time": "预热时间",
    "water recovered": "回收水量",
    "water used": "用水量",
    "work": "压缩功",
}
