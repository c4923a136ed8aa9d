"""The changes of a what-if in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.pages.column_names import column_titles
from api.pages.environment import Words
from api.pages.parameter_names import parameter_title, parameter_unit
from api.pages.words_scenarios import WHAT_IF
from ems.changes import Changes, OutageChange
from ems.report.names import CARRIER_TEXT, carrier_name
from ems.report.view import Lang
from ems.site import Site


def change_lines(changes: Changes | None, site: Site, lang: Lang) -> list[str]:
    """One line for each thing that differs from the park as it is."""
    if changes is None:
        return []
    w = Words(lang, WHAT_IF)
    return [
        *(_outage(o, site, w) for o in changes.outages),
        *_values(changes, site, w),
        *_prices(changes, w),
        *(w("js_wi_demand", what=_consumer(c, site, lang), n=_plain(100 * f)) for c, f in changes.demands.items()),
        *_weather(changes, w),
    ]


def _outage(o: OutageChange, site: Site, w: Words) -> str:
    what = _label(site, o.component, w.lang)
    head = w("js_wi_out_modules", what=what, n=o.modules) if o.modules else w("js_wi_out", what=what)
    if o.start is None and o.end is None:
        return head
    zone = ZoneInfo(site.place.timezone)

    def clock(at: datetime | None, otherwise: str) -> str:
        return f"{at.astimezone(zone):%H:%M}" if at else w(otherwise)

    return head + w("js_wi_span", **{"from": clock(o.start, "wi_whole_start"), "to": clock(o.end, "wi_whole_end")})


def _values(changes: Changes, site: Site, w: Words) -> Iterator[str]:
    known: Mapping[str, Any] = {c.name: c.model_dump() for c in site.components}
    for component, values in changes.parameters.items():
        for name, value in values.items():
            unit = parameter_unit(known[component], name, w.lang) if component in known else ""
            what = f"{_label(site, component, w.lang)} · {parameter_title(name, w.lang)}"
            yield w("wi_set", what=what, value=f"{_plain(value)} {unit}".strip())


def _prices(changes: Changes, w: Words) -> Iterator[str]:
    p = changes.prices
    if p.import_factor != 1:
        yield w("js_wi_import_factor", n=_plain(p.import_factor))
    if p.import_offset_cny_per_kwh:
        yield w("js_wi_import_offset", n=f"{p.import_offset_cny_per_kwh:+g}")
    if p.export_factor != 1:
        yield w("js_wi_export_factor", n=_plain(p.export_factor))


def _weather(changes: Changes, w: Words) -> Iterator[str]:
    if changes.weather.sun_factor != 1:
        yield w("js_wi_sun", n=_plain(100 * changes.weather.sun_factor))
    if changes.weather.temperature_offset_k:
        yield w("js_wi_temperature", n=f"{changes.weather.temperature_offset_k:+g}")


def _label(site: Site, component: str, lang: Lang) -> str:
    return next((c.label(lang) for c in site.components if c.name == component), component)


def _consumer(key: str, site: Site, lang: Lang) -> str:
    if key in CARRIER_TEXT:
        return carrier_name(key, lang)
    return column_titles(site, lang).get(key, key)


def _plain(x: float) -> str:
    return f"{x:,.10g}"
