"""Electricity prices on the time axis of a plan.

    formula    price = base[month] x ratio[band] + other[month] + delivery[voltage, day] + funds      [CNY/kWh]
    direct     price = price[voltage, month, band]                                                    [CNY/kWh]

Bands follow the local clock of the tariff; a band changes at the start of an interval. A tariff file holds the figures
of one year. Other years take the figures of the same month, and ``notes`` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.errors import InputError
from forecasting.horizon import step_of
from forecasting.notes import Note
from forecasting.place import zone
from forecasting.provenance import Sourced
from forecasting.tariff_file import Amount, CapacityCharge, Delivery, Formula, TariffFile, span_minutes
from forecasting.yaml_files import read_yaml


def load_tariff(path: Path) -> Tariff:
    """Read and check a tariff file."""
    content = read_yaml(path, TariffFile)
    zone(content.timezone)
    return Tariff(content, path.name)


@dataclass(frozen=True)
class Tariff:
    """A tariff that can tell its price at any time."""

    content: TariffFile
    source: str

    @property
    def voltages(self) -> tuple[str, ...]:
        """Voltages with prices."""
        prices = self.content.prices
        found = [d.voltage for d in prices.delivery] if isinstance(prices, Formula) else list(prices.voltages)
        return tuple(dict.fromkeys(found))

    @property
    def capacity_charge(self) -> CapacityCharge | None:
        """Monthly charge by demand or transformer size; look at its ``placeholder`` flag."""
        return self.content.capacity_charge

    @property
    def export_options(self) -> dict[str, Amount]:
        """Prices for energy fed into the grid [CNY/kWh] by name of the arrangement."""
        return dict(self.content.export_options)

    def prices(self, index: pd.DatetimeIndex, voltage: str) -> pd.DataFrame:
        """Columns ``band`` and ``import_cny_per_kwh`` [CNY/kWh] for every interval of ``index``."""
        self._known(voltage)
        local = self._local(index)
        bands = self._bands(local)
        keys = list(zip(local.date, bands, strict=True))
        price = {key: self._price(*key, voltage) for key in dict.fromkeys(keys)}
        out = np.array([price[key] for key in keys])
        return pd.DataFrame({"band": bands, "import_cny_per_kwh": out}, index=index.rename("time"))

    def notes(self, index: pd.DatetimeIndex, voltage: str) -> tuple[Note, ...]:
        """What has to be said about the prices of ``index``: figures of another year, assumptions, placeholders."""
        self._known(voltage)
        local, file = self._local(index), self.content
        out = []
        others = sorted({int(y) for y in local.year} - {file.year})
        if others:
            years = ", ".join(map(str, others))
            out.append(
                Note(
                    f"{years} 年尚无电价，采用 {file.year} 年同月电价。",
                    f"No prices for {years} in {self.source}: those of the same month of {file.year} are used.",
                )
            )
        prices = file.prices
        if isinstance(prices, Formula):
            days = [d.date() for d in local.normalize().unique()]
            months = {d.month for d in days}
            used = [b for b in (*prices.base, *prices.other) if months & set(b.cny_per_kwh)]
            blocks: list[Sourced] = [
                *used,
                *dict.fromkeys(self._delivery(d, voltage) for d in days),
                prices.ratios,
                prices.funds,
            ]
        else:
            blocks = [b for b in prices.voltages[voltage] if set(local.month) & set(b.months)]
        assumed = [b for b in (file.windows, *blocks) if b.status == "assumption"]
        out += dict.fromkeys(
            Note(f"电价含假设：{b.source_zh or b.source}", f"The price rests on an assumption: {b.source}")
            for b in assumed
        )
        if file.capacity_charge is not None and file.capacity_charge.placeholder:
            out.append(
                Note(
                    "需量（容量）电价为占位值，请按电费账单填写。",
                    "The demand and capacity charges are placeholders; enter those of the electricity bill.",
                )
            )
        return tuple(out)

    def _known(self, voltage: str) -> None:
        if voltage not in self.voltages:
            raise InputError(self.source, "voltage", voltage, f"one of {', '.join(self.voltages)}")

    def _local(self, index: pd.DatetimeIndex) -> pd.DatetimeIndex:
        step_of(index)
        return index.tz_convert(self.content.timezone)

    def _bands(self, local: pd.DatetimeIndex) -> npt.NDArray[np.object_]:
        minute = (local.hour * 60 + local.minute).to_numpy()
        month, weekend = local.month.to_numpy(), local.day_of_week.to_numpy() >= 5
        step = step_of(local)
        out = np.empty(len(local), dtype=object)
        for season in self.content.windows.seasons:
            days = {"all": np.full(len(local), True), "weekday": ~weekend, "weekend": weekend}[season.days]
            here = np.isin(month, season.months) & days
            out[here] = season.rest
            for band, spans in season.hours.items():
                for span in spans:
                    start, end = span_minutes(span)
                    for edge in (start, end):
                        if (here & (minute < edge) & (edge < minute + step)).any():
                            raise InputError(
                                self.source, f"span {span}", f"inside an interval of {step} min",
                                "an edge between intervals", "choose a shorter step",
                            )  # fmt: skip
                    out[here & (minute >= start) & (minute < end)] = band
        return out

    def _price(self, day: date, band: str, voltage: str) -> float:
        prices, month = self.content.prices, day.month
        if not isinstance(prices, Formula):
            return next(b.cny_per_kwh[band] for b in prices.voltages[voltage] if month in b.months)
        base = next(b.cny_per_kwh[month] for b in prices.base if month in b.cny_per_kwh)
        other = next(b.cny_per_kwh[month] for b in prices.other if month in b.cny_per_kwh)
        delivery = self._delivery(day, voltage).cny_per_kwh
        return base * prices.ratios.by_band[band] + other + delivery + prices.funds.cny_per_kwh

    def _delivery(self, day: date, voltage: str) -> Delivery:
        """The delivery price valid on a day; outside all periods, that of the same day in the file's year."""
        prices = self.content.prices
        assert isinstance(prices, Formula)
        same = date(self.content.year, day.month, min(day.day, 28) if day.month == 2 else day.day)
        for when in (day, same):
            for block in prices.delivery:
                if block.voltage == voltage and block.start <= when <= (block.end or date.max):
                    return block
        raise InputError(self.source, f"delivery {voltage}", day.isoformat(), "a day inside a period of the file")
