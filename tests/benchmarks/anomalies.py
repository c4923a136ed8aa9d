"""How well faults in measured series are found: precision, recall, delay, and false alarms on clean years.

    python -m tests.benchmarks.anomalies [--seeds 201,202] [--steel FILE.csv]

A clean year is what the meters of the Qingdao park and of the tutorial park could have read: the demand models with
parameters that differ from those of the site file (levels by 15 %, heat loss and cooling by 12 %, balance temperatures
by 0.8 K), the synthetic weather year, and noise (hours 6 % with correlation 0.4, days 4 % with correlation 0.5, the
hours of the day 4 % for good, six odd working days at 55 to 80 %, four free days on which there is work), read to
0.1 kWh. What is expected comes from the site file as it is, under the same weather. Machines follow their curves with a
bias of 3 % and hourly noise of 2 %.
Into a copy of each clean year one fault is put, at a random time from the ninth week on:

    gap           1 to 199 h                             stuck    6 to 119 h at the reading (3 of 4) or at zero
    spike         1 or 2 h, 1 to 5 x the 99 % quantile   unit     x or / by 1000, 3.6, 4, or x -1, for 3 to 59 days
    repeated day  that of a day or a week before         drift    1 to 3 % a week up to 15 to 40 %, up or down, stays
    night base    + 25 to 80 % from 22 to 06 o'clock, 14 to 89 days
    efficiency    output falls by 0.1 to 0.3 % a day, by 4 to 12 % in all, stays

A fault counts as found when a finding of its kind overlaps it, and a finding counts as right when it overlaps a fault
of its kind; the delay runs from the fault's begin to the end of the hour after which it was known. The measured series
of a steel plant (UCI, Steel Industry Energy Consumption, CC BY 4.0) is scored apart where the file is there; it has no
model, and its own irregularities count as false alarms.

Thresholds were tuned on seeds 1 to 6 and 101, 102; the figures told are those of seeds 201 and 202, looked at once.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from ems.analysis.anomalies import TOO_SHORT, Expected, Judged, find_anomalies
from ems.analysis.finding import Finding, Kind
from ems.emissions.activity import Activity, Meter
from ems.inputs import calendar_of, make_inputs
from ems.site_file import SiteFile, read_site
from forecasting.buildings import Building
from forecasting.calendar import WorkCalendar
from forecasting.demand import forecast_demands
from models import Electrolyser
from models.component import fixed
from models.curve import read_off
from models.window import Floats

ROOT = Path(__file__).resolve().parents[2]
STEEL = ROOT.parent / "shared/data/loads/uci_steel_daewoo/steel_plant_15min_2018.csv"
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
FIRST_FAULT = 56  # days
KINDS: tuple[Kind, ...] = ("gap", "stuck", "spike", "unit_slip", "repeated_day", "drift", "night_base", "efficiency")
SEEDS = (201, 202)
Rng = np.random.Generator


@dataclass(frozen=True)
class Case:
    """A clean meter-year (or the two meters of a machine) with what is expected of it."""

    name: str
    activity: Activity
    expected: Expected
    calendar: WorkCalendar

    def with_values(self, values: dict[str, Floats]) -> Activity:
        return Activity(self.activity.site, self.activity.meters, self.activity.table.assign(**values))


@dataclass(frozen=True)
class Fault:
    kind: Kind
    meter: str
    start: pd.Timestamp
    end: pd.Timestamp
    said: str


@dataclass
class Score:
    """Counts of one kind."""

    faults: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0
    delays_h: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.faults if self.faults else float("nan")

    @property
    def precision(self) -> float:
        told = self.right + self.wrong
        return self.right / told if told else float("nan")


@dataclass
class Result:
    scores: dict[Kind, Score]
    clean: dict[Kind, int]
    clean_years: float

    @property
    def false_alarms(self) -> float:
        """Findings per meter-year on clean years."""
        return sum(self.clean.values()) / self.clean_years


# ---- clean years ----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def year_of(name: str) -> tuple[SiteFile, pd.DataFrame, object]:
    """Site, its inputs under the synthetic year, and that weather."""
    file = read_site(name)
    inputs = make_inputs(file, *YEAR, step_minutes=60, weather="synthetic")
    return file, inputs.table, inputs.weather


def clean_cases(seed: int) -> Iterator[Case]:
    """All meters of both parks for one seed."""
    for name in ("qingdao", "demo"):
        yield from _demand_cases(name, np.random.default_rng([seed, len(name)]))
    yield from _machine_cases(np.random.default_rng([seed, 99]))


def _demand_cases(name: str, rng: Rng) -> Iterator[Case]:
    file, table, weather = year_of(name)
    other = {k: _other(r, rng) if isinstance(r, Building) else r for k, r in file.site.demands.items()}
    truth = forecast_demands(other, weather, calendar_of(file), pd.DatetimeIndex(table.index), file.folder)
    for c in file.site.components:
        column = getattr(c, "need_column", "")
        if c.kind != "demand" or not column or truth[column].sum() < 1000:
            continue
        unit = "kg" if c.carrier == "hydrogen" else "kWh"
        meter = f"{c.name}.served_{unit.lower()}"
        calendar = calendar_of(file)
        y = _read(truth[column].to_numpy(float), pd.DatetimeIndex(table.index), calendar, rng)
        made = Meter(meter, c.name, c.carrier, unit, c.label_zh, c.label_en, "measured")
        activity = Activity(file.site, {meter: made}, pd.DataFrame({meter: y}, index=table.index))
        yield Case(f"{name}.{c.name}", activity, Expected({meter: table[column].to_numpy(float)}), calendar)


def _other(recipe: Building, rng: Rng) -> Building:
    """A building as it might be built, which the site file only estimates."""

    def by(x: float, share: float) -> float:
        return float(x * np.exp(share * rng.standard_normal()))

    return recipe.model_copy(
        update={
            "base_w_per_m2": by(recipe.base_w_per_m2, 0.15),
            "occupied_w_per_m2": by(recipe.occupied_w_per_m2, 0.15),
            "heat_loss_w_per_m2_k": by(recipe.heat_loss_w_per_m2_k, 0.12),
            "cooling_w_per_m2_k": by(recipe.cooling_w_per_m2_k, 0.12),
            "heat_balance_c": recipe.heat_balance_c + 0.8 * rng.standard_normal(),
            "cooling_balance_c": recipe.cooling_balance_c + 0.8 * rng.standard_normal(),
        }
    )


def _read(truth: Floats, index: pd.DatetimeIndex, calendar: WorkCalendar, rng: Rng) -> Floats:
    """What a meter reads of it."""
    n, days = len(truth), len(truth) // 24
    hourly = np.exp(0.06 * _ar(n, 0.4, rng))
    daily = np.repeat(np.exp(0.04 * _ar(days, 0.5, rng)), 24)[:n]
    shape = np.exp(0.04 * rng.standard_normal(24))[index.hour]
    y = truth * hourly * daily * shape
    working = calendar.working(index)[::24]
    for day in rng.choice(np.flatnonzero(working), 6, replace=False):
        y[24 * day : 24 * day + 24] *= rng.uniform(0.55, 0.8)
    for day in rng.choice(np.flatnonzero(~working)[1:], 4, replace=False):
        like = day - 1 - int(np.argmax(working[:day][::-1])) if working[:day].any() else day
        y[24 * day : 24 * day + 24] = 0.8 * truth[24 * like : 24 * like + 24] * hourly[24 * day : 24 * day + 24]
    return np.round(y, 1)


def _ar(n: int, rho: float, rng: Rng) -> Floats:
    """First-order autoregressive noise with standard deviation one."""
    out, e = np.empty(n), rng.standard_normal(n)
    out[0] = e[0]
    for k in range(1, n):
        out[k] = rho * out[k - 1] + np.sqrt(1 - rho**2) * e[k]
    return out


def _machine_cases(rng: Rng) -> Iterator[Case]:
    file, table, _ = year_of("qingdao")
    index = pd.DatetimeIndex(table.index)
    calendar = calendar_of(file)
    air = table["temperature_c"].to_numpy(float)
    for c in file.site.components:
        if isinstance(c, Electrolyser):
            power, made, names = *_electrolysis(c, index, calendar, rng), ("power_kwh", "hydrogen_kg", "kg", "hydrogen")
        elif c.kind in ("heat_pump", "electric_chiller"):
            load = "heat" if c.kind == "heat_pump" else "cooling"
            wanted = table[[k for k in table if str(k).endswith(f".{load}_kw")]].sum(axis=1).to_numpy(float)
            power, made = _compression(c, wanted, air, rng)
            names = ("power_kwh", f"{load}_kwh", "kWh", load)
        else:
            continue
        one, two = f"{c.name}.{names[0]}", f"{c.name}.{names[1]}"
        meters = {
            one: Meter(one, c.name, "electricity", "kWh", c.label_zh, c.label_en, "measured"),
            two: Meter(two, c.name, names[3], names[2], c.label_zh, c.label_en, "measured"),
        }
        activity = Activity(file.site, meters, pd.DataFrame({one: power, two: made}, index=index))
        known = air + 0.4 * rng.standard_normal(len(air))
        yield Case(f"qingdao.{c.name}", activity, Expected({}, known), calendar)


def _electrolysis(c: Electrolyser, index: pd.DatetimeIndex, calendar: WorkCalendar, rng: Rng) -> tuple[Floats, Floats]:
    n = len(index)
    share = np.clip(0.65 + 0.2 * _ar(n, 0.9, rng), c.min_load, 1.0)
    hours = (index.hour >= 8) & (index.hour < 20) & (calendar.working(index) | (rng.random(n // 24).repeat(24) < 0.5))
    share = np.where(hours, share, 0.0)
    cap = fixed(c.capacity_kw)
    made = cap * np.interp(share, c.curve.x, c.curve.y, left=0.0)
    bias = np.exp(0.03 * rng.standard_normal())
    noise = np.exp(0.02 * rng.standard_normal(n))
    starts = np.concatenate([[True], ~hours[:-1]]) & hours
    power = np.where(starts, 1.15, 1.0) * cap * share / bias
    return np.round(power, 1), np.round(made * noise, 2)


def _compression(c: object, wanted: Floats, air: Floats, rng: Rng) -> tuple[Floats, Floats]:
    cap = fixed(c.capacity_kw)  # type: ignore[attr-defined]
    made = np.minimum(wanted * np.exp(0.1 * _ar(len(air), 0.5, rng)), cap)
    made = np.where(made > 0.15 * cap, made, 0.0)
    cop = read_off(c.cop, air) * np.exp(0.03 * rng.standard_normal())  # type: ignore[attr-defined]
    return np.round(made / cop * np.exp(0.02 * rng.standard_normal(len(air))), 1), np.round(made, 1)


def steel_case(path: Path) -> Case:
    """The steel plant: hours of four quarters, under a meter of the tutorial park without a model."""
    frame = pd.read_csv(path)
    index = pd.date_range("2018-01-01", periods=len(frame) // 4, freq="1h", tz="Asia/Seoul", name="time")
    y = frame["Usage_kWh"].to_numpy(float).reshape(-1, 4).sum(axis=1)
    site = read_site("demo").site
    name = "workshop.served_kwh"
    meter = Meter(name, "workshop", "electricity", "kWh", "钢厂", "steel plant", "measured")
    return Case(
        "steel", Activity(site, {name: meter}, pd.DataFrame({name: y}, index=index)), Expected({}), WorkCalendar("KR")
    )


# ---- faults ---------------------------------------------------------------------------------------------------------

Spoil = Callable[[Floats, int, Rng], tuple[Floats, int, int, str]]  # values, days, rng -> values, first, end, said


def _when(n: int, length: int, rng: Rng) -> int:
    return int(rng.integers(24 * FIRST_FAULT, n - length - 24))


def _gap(y: Floats, high: float, rng: Rng) -> tuple[Floats, int, int, str]:
    length = int(rng.integers(1, 200))
    a = _when(len(y), length, rng)
    y[a : a + length] = np.nan
    return y, a, a + length, f"{length} h"


def _stuck(y: Floats, high: float, rng: Rng) -> tuple[Floats, int, int, str]:
    length = int(rng.integers(6, 120))
    a = _live(y, length, rng)
    y[a : a + length] = y[a] if rng.random() < 0.75 else 0.0
    return y, a, a + length, f"{length} h at {y[a]:g}"


def _spike(y: Floats, high: float, rng: Rng) -> tuple[Floats, int, int, str]:
    length, size = int(rng.integers(1, 3)), float(rng.uniform(1.0, 5.0))
    a = _when(len(y), length, rng)
    y[a : a + length] += size * high
    return y, a, a + length, f"{length} h, {size:.1f} x the high level"


def _unit(y: Floats, high: float, rng: Rng) -> tuple[Floats, int, int, str]:
    factor = float(rng.choice([1000, 1e-3, 3.6, 1 / 3.6, 4, 0.25, -1]))
    length = 24 * int(rng.integers(3, 60))
    a = _live(y, length, rng)
    y[a : a + length] *= factor
    return y, a, a + length, f"x {factor:.3g} for {length // 24} d"


def _repeat(y: Floats, high: float, rng: Rng) -> tuple[Floats, int, int, str]:
    back = int(rng.choice([1, 1, 7]))
    a = 24 * (_live(y, 48, rng) // 24)
    y[a : a + 24] = y[a - 24 * back : a - 24 * back + 24]
    return y, a, a + 24, f"{back} d earlier"


def _drift(y: Floats, high: float, rng: Rng) -> tuple[Floats, int, int, str]:
    a = 24 * int(rng.integers(FIRST_FAULT, 240))
    per_week, most = float(rng.uniform(0.01, 0.03)), float(rng.uniform(0.15, 0.4))
    sign = 1 if rng.random() < 0.5 else -1
    t = np.arange(len(y) - a) / 168
    y[a:] *= 1 + sign * np.minimum(per_week * t, most)
    return y, a, len(y), f"{sign * per_week:+.1%} a week to {sign * most:+.0%}"


def _night(y: Floats, high: float, rng: Rng) -> tuple[Floats, int, int, str]:
    share, length = float(rng.uniform(0.25, 0.8)), 24 * int(rng.integers(14, 90))
    a = 24 * int(rng.integers(FIRST_FAULT, (len(y) - length) // 24 - 1))
    at = np.arange(len(y)) % 24
    nights = (at >= 22) | (at < 6)
    base = float(np.median(y[at < 5]))
    inside = np.zeros(len(y), bool)
    inside[a : a + length] = True
    y[inside & nights] += share * base
    return y, a, a + length, f"+{share:.0%} for {length // 24} d"


def _less(y: Floats, high: float, rng: Rng) -> tuple[Floats, int, int, str]:
    """Of the output of a machine: it falls short of its curve."""
    a = 24 * int(rng.integers(FIRST_FAULT, 240))
    per_day, most = float(rng.uniform(0.001, 0.003)), float(rng.uniform(0.04, 0.12))
    y[a:] *= 1 - np.minimum(per_day * np.arange(len(y) - a) / 24, most)
    return y, a, len(y), f"{per_day:.2%} a day to {most:.0%}"


def _live(y: Floats, length: int, rng: Rng) -> int:
    """A begin at which the meter reads something: nobody misses a heat meter in summer."""
    for _ in range(200):
        a = _when(len(y), length, rng)
        if np.mean(y[a : a + min(length, 24)] > 0.1 * np.percentile(y, 95)) > 0.4 and y[a] > 0:
            return a
    return _when(len(y), length, rng)


SPOIL = {
    "gap": _gap, "stuck": _stuck, "spike": _spike, "unit_slip": _unit, "repeated_day": _repeat, "drift": _drift,
    "night_base": _night, "efficiency": _less,
}  # fmt: skip


def spoiled(case: Case, kind: Kind, rng: Rng) -> tuple[Activity, Fault]:
    """The clean year with one fault in its last meter."""
    meter = list(case.activity.meters)[-1]
    y = case.activity.amount(meter).to_numpy(float).copy()
    y, a, b, said = SPOIL[kind](y, float(np.percentile(y, 99)), rng)
    index = pd.DatetimeIndex(case.activity.table.index)
    end = index[b - 1] + pd.Timedelta(hours=1)
    if kind != "gap":
        y = np.round(y, 4)
    return case.with_values({meter: y}), Fault(kind, meter, index[a], end, said)


def fits(case: Case, kind: Kind, clean: Judged) -> bool:
    """Whether a kind of fault can befall the meters of a case and is judged there at all."""
    machine = len(case.activity.meters) == 2
    carrier = next(iter(case.activity.meters.values())).carrier
    if kind == "efficiency" or machine:
        return machine and kind == "efficiency"
    if kind == "drift":  # a summer's cooling is over before it can be told from its own beginning
        return not any(why is TOO_SHORT for _, why in clean.not_judged)
    if kind == "repeated_day":
        return not (case.activity.table.nunique() < 500).all()
    return kind != "night_base" or carrier == "electricity"


# ---- scores ---------------------------------------------------------------------------------------------------------


def measure(cases: list[Case], rng: Rng, times: int = 1, verbose: bool = False) -> Result:
    """Clean years first, then one fault of each kind in a copy of every year that it can befall, ``times`` over."""
    result = Result({k: Score() for k in KINDS}, dict.fromkeys(KINDS, 0), 0.0)
    for case in cases:
        result.clean_years += 1 if len(case.activity.meters) == 1 else 2
        clean = find_anomalies(case.activity, case.calendar, case.expected)
        for f in clean.findings:
            result.clean[f.kind] += 1
            result.scores[f.kind].wrong += 1
            if verbose:
                print(f"clean {case.name}: {f.kind} {f.start:%m-%d %H} .. {f.end:%m-%d %H} {f.text}", file=sys.stderr)
        before = {(f.kind, f.start) for f in clean.findings}
        for kind in (k for k in KINDS if fits(case, k, clean)):
            for _ in range(times):
                activity, fault = spoiled(case, kind, rng)
                found = find_anomalies(activity, case.calendar, case.expected).findings
                found = [f for f in found if (f.kind, f.start) not in before]
                hit = score(result.scores, found, fault)
                if verbose and not hit:
                    told = [f"{f.kind} {f.start:%m-%d}" for f in found]
                    print(f"missed {case.name}: {kind} {fault.said} at {fault.start:%m-%d %H}; {told}", file=sys.stderr)
    return result


def score(scores: dict[Kind, Score], found: list[Finding], fault: Fault) -> bool:
    """Enter the findings in a year with one fault; whether it was found."""
    mine = scores[fault.kind]
    mine.faults += 1
    hits = [f for f in found if f.kind == fault.kind and f.start < fault.end and fault.start < f.end]
    for f in found:
        if f in hits:
            mine.right += 1
        else:
            scores[f.kind].wrong += 1
    if hits:
        mine.found += 1
        mine.delays_h.append(max(min((f.alarm - fault.start) / pd.Timedelta(hours=1) for f in hits), 0.0))
    return bool(hits)


def table(result: Result) -> list[str]:
    lines = [
        "| fault | faults | found | recall | precision | median delay | clean, per meter-year |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, s in result.scores.items():
        if s.faults:
            delay = float(np.median(s.delays_h)) if s.delays_h else float("nan")
            shown = f"{delay:.0f} h" if delay < 48 else f"{delay / 24:.0f} d"
            lines.append(
                f"| {kind} | {s.faults} | {s.found} | {s.recall:.2f} | {s.precision:.2f} | {shown} | "
                f"{result.clean[kind] / result.clean_years:.3f} |"
            )
    return [*lines, f"| all, clean {result.clean_years:.0f} meter-years | | | | | | {result.false_alarms:.3f} |"]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    options.add_argument("--steel", type=Path, default=STEEL)
    options.add_argument("--times", type=int, default=1, help="faults of a kind in each year")
    options.add_argument("--verbose", action="store_true")
    given = options.parse_args()
    seeds = [int(s) for s in given.seeds.split(",")]
    began = time.perf_counter()
    cases = [case for seed in seeds for case in clean_cases(seed)]
    print("\n".join(table(measure(cases, np.random.default_rng(seeds), given.times, given.verbose))))
    print(f"seeds {given.seeds}, {time.perf_counter() - began:.0f} s")
    if given.steel.is_file():
        times = 8 * len(seeds)
        steel = measure([steel_case(given.steel)], np.random.default_rng(seeds), times, given.verbose)
        print("\n".join(["", "steel plant, measured", *table(steel)]))
    else:
        print(f"{given.steel} is not there: the steel plant is left out")


if __name__ == "__main__":
    main()
