"""Green electricity certificates: bought and retired, or of the park's own generation and sold.

    covered[h]  = import[h] * used / import of the certificate's period      retired: counts 0, market based
    sold own[h] = own use[h] * (sold - fed in) / own use of the period       its attributes are gone: residual mix

A certificate covers electricity that was bought while its own was generated, never more than that, and no electricity
twice: narrow periods go first. Of a certificate whose period only partly lies in the period of the report, the share of
its days counts, so that reports of consecutive months use it once. What is sold is taken from what was fed into the
grid first, in the same period. Location based nothing changes. Rules: GHG Protocol, Scope 2 Guidance (2015), quality
criteria of contractual instruments (conveyed once, retired by the reporting company, close in time, same market).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, field_validator, model_validator

from ems.emissions.activity import Activity, Meter, amount_name
from ems.emissions.month_labels import month_labels
from ems.site import Name, Site
from forecasting.errors import InputError, meant
from forecasting.factors import around
from forecasting.notes import Note
from forecasting.provenance import Sourced
from models.grid import Grid
from models.pv import PV

Technology = Literal["wind", "solar", "hydro", "biomass", "geothermal", "ocean"]
VALID_YEARS = {"CN": 2}  # from the month of generation on; 国能发新能规〔2024〕67号
KWH = 1000.0  # per MWh
WHERE = "certificates"
Days = tuple[date, date]  # first and last local day
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


class Certificate(Sourced):
    """Certificates of one lot: one technology, one period of generation, one fate."""

    id: str = Field(min_length=1, description="number of the certificate, or of the lot")
    kind: Literal["bought", "own"] = Field(description="own: issued for generation of the park itself")
    technology: Technology
    generated_from: date = Field(description="first day of generation")
    generated_to: date = Field(description="last day of generation")
    mwh: float = Field(gt=0, le=1e9)
    region: str = Field(description="where it was generated, such as CN-SD")
    retired_on: date | None = Field(None, description="day on which it was retired for this park")
    sold_on: date | None = Field(None, description="day on which it was sold to somebody else")
    component: Name | None = Field(None, description="pv component that an own certificate is of; empty: all of them")

    @field_validator("region")
    @classmethod
    def _known(cls, region: str) -> str:
        around(region)
        return region

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.generated_to < self.generated_from:
            raise ValueError(f"{self.id}: generated_to {self.generated_to} is before generated_from")
        if self.retired_on and self.sold_on:
            raise ValueError(
                f"{self.id}: retired on {self.retired_on} and sold on {self.sold_on}; it can be one of them"
            )
        for what, day in (("retired", self.retired_on), ("sold", self.sold_on)):
            if day and day < self.generated_from:
                raise ValueError(f"{self.id}: {what} on {day}, before its generation began on {self.generated_from}")
        if self.component and self.kind == "bought":
            raise ValueError(f"{self.id}: only own certificates name a component")
        return self

    @property
    def days(self) -> int:
        return (self.generated_to - self.generated_from).days + 1

    @property
    def covers_import(self) -> bool:
        return self.kind == "bought" and self.retired_on is not None

    @property
    def leaves_own_use(self) -> bool:
        return self.kind == "own" and self.sold_on is not None

    def share_of(self, period: Days) -> float:
        """Share of its days that lie in a period."""
        first, last = max(self.generated_from, period[0]), min(self.generated_to, period[1])
        return max((last - first).days + 1, 0) / self.days


@dataclass(frozen=True)
class Use:
    """What a certificate does in a period."""

    certificate: Certificate
    available_kwh: float  # of its days in the period
    used_kwh: float  # covers import, or takes attributes away from own use and what was fed in
    text: Note


@dataclass(frozen=True)
class CertificateLedger:
    """Certificates over the hours of a period; amounts [kWh], index hours, NaN where the meter has no data."""

    imported: pd.DataFrame  # columns: grids
    covered: pd.DataFrame  # of it, by retired certificates; columns: grids
    sold_own: pd.DataFrame  # own use whose certificates were sold; columns: pv components
    uses: tuple[Use, ...]

    @property
    def covers(self) -> bool:
        """Whether any certificate covers import."""
        return any(u.certificate.covers_import and u.used_kwh > 0 for u in self.uses)

    def meters(self, site: Site) -> tuple[tuple[Meter, pd.Series[float]], ...]:
        """Covered and uncovered import and own use without its certificates, as computed meters."""
        label = {c.name: (c.label("zh"), c.label("en")) for c in site.components}
        found = []
        for grid in self.covered if self.covers else ():
            zh, en = label[str(grid)]
            found += [
                (_meter(f"{grid}.import_covered_kwh", f"{zh}:绿证覆盖的购电", f"{en}: covered by certificates"),
                 self.covered[grid]),
                (_meter(f"{grid}.import_uncovered_kwh", f"{zh}:未覆盖的购电", f"{en}: not covered by certificates"),
                 self.imported[grid] - self.covered[grid]),
            ]  # fmt: skip
        for pv in self.sold_own:
            zh, en = label[str(pv)]
            meter = _meter(f"{pv}.sold_own_use_kwh", f"{zh}:绿证已售出的自用电", f"{en}: own use, certificates sold")
            found.append((meter, self.sold_own[pv]))
        return tuple(found)

    def between(self, index: pd.DatetimeIndex) -> CertificateLedger:
        """The amounts of some of its hours; what every certificate does stays told for the whole period."""
        return replace(
            self,
            imported=self.imported.loc[index],
            covered=self.covered.loc[index],
            sold_own=self.sold_own.loc[index],
        )

    def section(self) -> dict[str, Any]:
        """The ledger for the document."""
        bought, covered = float(self.imported.sum().sum()), float(self.covered.sum().sum())
        months = month_labels(pd.DatetimeIndex(self.imported.index))
        by_month = pd.DataFrame(
            {"import_kwh": self.imported.sum(axis=1), "covered_kwh": self.covered.sum(axis=1),
             "sold_own_use_kwh": self.sold_own.sum(axis=1)}
        ).groupby(months).sum()  # fmt: skip
        return {
            "import_kwh": bought,
            "covered_kwh": covered,
            "uncovered_kwh": bought - covered,
            "covered_share": covered / bought if bought else None,
            "sold_own_use_kwh": float(self.sold_own.sum().sum()),
            "months": {str(m): {str(k): float(v) for k, v in row.items()} for m, row in by_month.iterrows()},
            "certificates": [
                u.certificate.model_dump(mode="json")
                | {"available_kwh": u.available_kwh, "used_kwh": u.used_kwh, "unused_kwh": u.available_kwh - u.used_kwh}
                | {"text": {"zh": u.text.zh, "en": u.text.en}}
                for u in self.uses
            ],
        }


def certificate_ledger(certificates: Iterable[Certificate], activity: Activity, period: Days) -> CertificateLedger:
    """What certificates do over a period, both days inclusive; accounts of its parts take the same ledger.

    Raises:
        InputError: a certificate listed or retired twice, of another market than the park's, retired after it expired,
            of a pv component that the park has not, or of more own electricity than was generated.
    """
    lots = tuple(certificates)
    _check(lots, activity.site)
    days = np.array(pd.DatetimeIndex(activity.table.index).tz_localize(None).normalize().date)
    inside = (days >= period[0]) & (days <= period[1])
    table, days = activity.table.loc[inside], days[inside]
    imported = _columns(activity, table, Grid, "import_kw")
    is_own = any(c.kind == "own" for c in lots)
    own = _columns(activity, table, PV, "power_kw") if is_own else imported[[]]
    exported = _columns(activity, table, Grid, "export_kw").sum(axis=1) if is_own else 0.0
    covered, sold = imported * 0.0, own * 0.0
    made = own.sum(axis=1)
    fed_in = own.mul((np.minimum(exported, made) / made.where(made > 0, 1.0)), axis=0)
    room_import, room_fed_in, room_own = imported.fillna(0.0), fed_in.fillna(0.0), (own - fed_in).fillna(0.0)
    uses = []
    for c in sorted(lots, key=lambda c: (c.days, c.generated_from, c.id)):
        hours = np.asarray((days >= c.generated_from) & (days <= c.generated_to))
        available = c.mwh * KWH * c.share_of(period)
        used = 0.0
        if c.covers_import:
            taken = _taken(available, room_import, hours, list(imported))
            room_import, covered, used = room_import - taken, covered + taken, float(taken.sum().sum())
        elif c.kind == "own":
            names = [c.component] if c.component else list(own)
            fed = _taken(available, room_fed_in, hours, names)
            left = available - float(fed.sum().sum())
            of_own = _taken(left, room_own, hours, names)
            used = float(fed.sum().sum() + of_own.sum().sum())
            if (
                c.share_of(period) == 1
                and not own.loc[hours, names].isna().any().any()
                and used < available * (1 - 1e-9)
            ):
                raise InputError(
                    WHERE, c.id, f"{c.mwh:g} MWh", f"at most the {used / KWH:.3f} MWh generated and not yet certified",
                    "no more certificates are issued than electricity is generated: check mwh and the period",
                )  # fmt: skip
            room_fed_in, room_own = room_fed_in - fed, room_own - of_own
            if c.leaves_own_use:
                sold = sold + of_own
        uses.append(Use(c, available, used, _said(c, available, used)))
    return CertificateLedger(imported, covered.where(covered < imported, imported), sold, tuple(uses))


def _taken(amount: float, room: pd.DataFrame, hours: Mask, names: list[Any]) -> pd.DataFrame:
    """An amount spread over the room of some hours and columns, in proportion to it and never above it."""
    open_ = room.where(hours[:, None] & np.array([name in names for name in room])[None, :], 0.0).clip(lower=0.0)
    total = float(open_.sum().sum())
    return open_ * (min(amount, total) / total if total else 0.0)


def _columns(activity: Activity, table: pd.DataFrame, kind: type, quantity: str) -> pd.DataFrame:
    """Amounts of one quantity of all components of a kind that have it, columns named by component."""
    names = [
        c.name for c in activity.site.components if isinstance(c, kind) and quantity in {q.name for q in c.quantities}
    ]
    for name in names:
        activity.amount(amount_name(name, quantity))  # told where it is missing
    return pd.DataFrame({name: table[amount_name(name, quantity)] for name in names}, index=table.index)


def _check(lots: tuple[Certificate, ...], site: Site) -> None:
    arrays = [c.name for c in site.components if isinstance(c, PV)]
    seen: dict[str, Certificate] = {}
    for c in lots:
        if c.id in seen:
            retired = [x.retired_on for x in (seen[c.id], c) if x.retired_on]
            what = f"retired on {retired[0]} and again on {retired[1]}" if len(retired) == 2 else "listed twice"
            raise InputError(WHERE, c.id, what, "each certificate once", "a certificate can be used once only")
        seen[c.id] = c
        country = around(c.region)[-2]
        if country != site.place.country:
            raise InputError(
                WHERE,
                c.id,
                f"of the region {c.region}",
                f"a certificate of {site.place.country}, the market of the park",
            )
        years = VALID_YEARS.get(country)
        if years and c.retired_on and c.retired_on >= _expiry(c.generated_from, years):
            raise InputError(
                WHERE, c.id, f"retired on {c.retired_on}", f"a day before {_expiry(c.generated_from, years)}",
                f"certificates of {country} are valid for {years} years from the month of generation",
            )  # fmt: skip
        if c.component and c.component not in arrays:
            raise InputError(
                WHERE, c.id, f"of {c.component}", f"one of {', '.join(arrays)}", meant(c.component, arrays)
            )
        if c.kind == "own" and not arrays:
            raise InputError(WHERE, c.id, "own", "bought", "the park has no pv component")


def _expiry(generated: date, years: int) -> date:
    return date(generated.year + years, generated.month, 1)


def _meter(name: str, zh: str, en: str) -> Meter:
    return Meter(name, name.partition(".")[0], "electricity", "kWh", zh, en, "computed")


def _said(c: Certificate, available: float, used: float) -> Note:
    """What a certificate does in the period, for the reader."""
    zh, en = next(_sentences(c, available, used))
    return Note(f"{c.id}:{zh}。", f"{c.id}: {en}.")


def _sentences(c: Certificate, available: float, used: float) -> Iterator[tuple[str, str]]:
    mwh = f"{used / KWH:.3f} MWh"
    span = f"{c.generated_from} – {c.generated_to}"
    if available == 0:
        yield (
            f"发电期 {span} 不在本报告期内,不计入",
            f"generated {span}, outside the period of the report: it counts for nothing",
        )
    if c.covers_import and used < available * (1 - 1e-9):
        left = f"{(available - used) / KWH:.3f} MWh"
        yield (
            f"覆盖购电 {mwh},余 {left} 超出同期购电",
            f"covers {mwh} of import; {left} are more than was bought meanwhile",
        )
    if c.covers_import:
        yield f"覆盖购电 {mwh}", f"covers {mwh} of import"
    if c.leaves_own_use:
        yield (
            f"{mwh} 的环境属性已售出:先抵上网电量,其余自用电按剩余组合计",
            f"the attributes of {mwh} are sold: first of what was fed in; own use beyond counts at the residual mix",
        )
    if c.kind == "own" and c.retired_on:
        yield (
            "自发绿证已核销:对应自用电,不再覆盖购电",
            "own certificate, retired: it proves own use, which counts 0 already, and covers no import",
        )
    if c.kind == "own":
        yield "自发绿证未售出:自用电仍计 0", "own certificate, kept: own use still counts 0"
    if c.sold_on:
        yield f"已于 {c.sold_on} 转售,不覆盖购电", f"sold on {c.sold_on}: it covers no import"
    yield "尚未核销,不覆盖购电", "not retired: it covers no import"
