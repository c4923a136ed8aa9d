"""What-if, compare and forecast: what the pages offer and say."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from api.contract.series import SeriesDefinition
from api.pages.changed import change_lines
from api.pages.environment import Words
from api.pages.parameter_names import NAMES, parameter_title, parameter_unit
from api.pages.uncertainty_view import _held
from api.pages.words_uncertainty import UNCERTAINTY
from api.records import series
from api.tables import EPOCH
from ems.changes import Changes
from ems.report.formats import number
from ems.site_file import read_site, site_names
from tests.service.http.world import DAY, FOREIGN, HOME
from tests.service.pages.served import CHANGES, Served, served  # noqa: F401  fixture
from tests.service.resources.kept import under_scenarios

FORM = f"/sites/{HOME}/what-if"


# --- what-if ---------------------------------------------------------------------------------------------------------


def test_the_form_offers_every_machine_and_number_of_the_park(served: Served) -> None:  # noqa: F811
    page = served.page(f"{FORM}?plan={served.home.plan}", "operator")
    given = page.data("form")
    assert given["plan"] == served.home.plan
    assert given["request"]["day"] == DAY.isoformat()
    numbers = {(p["component"], p["name"]): p for p in given["parameters"]}
    assert numbers["grid", "connection_kw"]["value"] == 800
    assert numbers["grid", "connection_kw"]["unit"] == "kW"
    assert numbers["battery", "throughput_cny_per_unit"]["unit"] == "CNY/kWh"
    assert numbers["tank", "end_short_cny_per_unit"]["unit"] == "CNY/kg"
    assert ("electrolyser", "specific_kwh_per_kg") not in numbers, "a curve is no number"
    assert given["parameters"][0]["name"] == "connection_kw", "what is looked for most stands first"
    assert [a["value"] for a, _ in page.all("option") if "data-modules" in a] == ["electrolyser"]


def test_presets_fit_the_park_and_are_valid_requests(served: Served) -> None:  # noqa: F811
    presets = served.page(f"{FORM}?plan={served.home.plan}").data("form")["presets"]
    assert {"electrolyser_out", "half_grid", "price_spike", "cloudy", "more_demand"} == set(presets)
    for changes in presets.values():
        Changes.model_validate_json(json.dumps(changes))
    assert presets["half_grid"] == {"parameters": {"grid": {"connection_kw": 400}}}


def test_a_what_if_of_a_what_if_starts_with_its_changes(served: Served) -> None:  # noqa: F811
    other = served.what_if({"weather": {"sun_factor": 0.4}})
    assert served.page(f"{FORM}?plan={other}").data("form")["changes"] == {"weather": {"sun_factor": 0.4}}


def test_without_a_plan_the_page_leads_to_making_one(served: Served) -> None:  # noqa: F811
    page = served.page("/sites/office_park/what-if", "operator")
    assert page.one("a", cls="primary")[0]["href"] == "/sites/office_park?day=tomorrow"
    assert page.all("form", id="what-if") == []


def test_viewers_see_what_could_be_changed_but_cannot_run_it(served: Served) -> None:  # noqa: F811
    path = f"{FORM}?plan={served.home.plan}"
    assert "disabled" in served.page(path, "viewer").one("button", id="run")[0]
    assert "disabled" not in served.page(path, "operator").one("button", id="run")[0]


def test_plans_of_foreign_parks_look_as_if_they_did_not_exist(served: Served) -> None:  # noqa: F811
    browser = served.browser("operator", [HOME])
    foreign = served.things[FOREIGN].plan
    for path in (f"{FORM}?plan={foreign}", f"/compare?a={served.home.plan}&b={foreign}", f"/sites/{FOREIGN}/what-if"):
        assert browser.get(path).status_code == 404, path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_changes_are_told_in_words(lang: Any) -> None:
    site = read_site(HOME).site
    lines = change_lines(Changes.model_validate_json(json.dumps(CHANGES)), site, lang)
    assert len(lines) == 9
    assert "08:00" in lines[0]
    assert "12:00" in lines[0]
    assert "500" in lines[2]
    assert {"zh": "购电价 × 1.5", "en": "Purchase price × 1.5"}[lang] in lines
    assert change_lines(Changes(), site, lang) == []


@pytest.mark.parametrize("name", site_names())
def test_every_number_of_the_sites_has_words_and_a_unit_that_fits(name: str) -> None:
    for c in read_site(name).site.model_dump(mode="json")["components"]:
        for field, value in c.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                assert field in NAMES, field
                assert parameter_title(field, "zh") != parameter_title(field, "en")
                if field in ("power_kw", "connection_kw", "limit_kw"):
                    assert parameter_unit(c, field, "zh") == "kW"
                if "_cny" in field:
                    assert parameter_unit(c, field, "zh").startswith("元"), field


# --- compare ---------------------------------------------------------------------------------------------------------


def test_two_plans_stand_side_by_side_with_words_for_better_and_worse(served: Served) -> None:  # noqa: F811
    whole = json.loads(served.app.state.service.contents.text(served.home.plan))
    dearer = whole["kpis"] | {"total_cost_cny": whole["kpis"]["total_cost_cny"] + 100}
    drawn = {k: {**v, "values": [x + 10 for x in v["values"]]} for k, v in whole["series"].items() if "grid" in k}
    other = served.what_if(kpis=dearer, series=whole["series"] | drawn)
    page = served.page(f"/compare?a={served.home.plan}&b={other}")
    row = next(text for _, text in page.all("tr") if "+100" in text)
    assert "worse" in row
    assert "better" not in row
    figures = page.data("figures")
    grid = next(c for c in figures["charts"] if c["key"] == "compare-grid-import_kw")
    assert len(grid["data"]) == 2
    assert figures["steps"] == 24
    assert page.one("section", aria_labelledby="changes-title")[1].count("times") >= 0
    swapped = served.page(f"/compare?a={other}&b={served.home.plan}")
    assert "better" in next(text for _, text in swapped.all("tr") if "−100" in text)
    assert swapped.all("section", aria_labelledby="changes-title") == []


def test_plans_of_different_axes_are_refused_in_words(served: Served) -> None:  # noqa: F811
    whole = json.loads(served.app.state.service.contents.text(served.home.plan))
    half = {k: {**v, "values": v["values"][:12]} for k, v in whole["series"].items()}
    other = served.what_if(steps=12, series=half, bands=whole["bands"][:12])
    page = served.page(f"/compare?a={served.home.plan}&b={other}")
    assert "cannot be compared" in page.one("div", role="alert", cls="bad")[1]


def test_compare_without_plans_says_how_to_choose_them(served: Served) -> None:  # noqa: F811
    assert "Choose two plans" in served.page("/compare").one("main")[1]


# --- forecast --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_forecast_shows_weather_sun_demands_prices_and_carbon(served: Served, lang: str) -> None:  # noqa: F811
    page = served.page(f"/sites/{HOME}/forecast?forecast={served.home.forecast}", lang=lang)
    keys = [c["key"] for c in page.data("figures")["charts"]]
    assert keys[:6] == ["weather", "sun", "demand-electricity", "demand-hydrogen", "price", "carbon"]
    uncertain = ("roof.yield_kw_per_kwp", "workshop.electricity_kw", "forklifts.hydrogen_kg_per_h")
    assert keys[6:] == [f"fan-{column}" for column in uncertain]
    assert {"zh": "气候平均", "en": "climatology"}[lang] in page.one("dl", cls="facts")[1]
    rows = [text for _, text in page.all("tr")]
    assert any({"zh": "车间用电", "en": "workshop"}[lang] in text for text in rows)
    assert not any("_kw" in text for text in rows), "columns have names for readers"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_fan_shows_the_80_percent_band_in_kw_and_says_on_what_it_rests(served: Served, lang: str) -> None:  # noqa: F811
    page = served.page(f"/sites/{HOME}/forecast?forecast={served.home.forecast}", lang=lang)
    kept = json.loads(served.app.state.service.contents.text(served.home.forecast))["uncertainty"]
    roof = kept["series"]["roof.yield_kw_per_kwp"]
    chart = next(c for c in page.data("figures")["charts"] if c["key"] == "fan-roof.yield_kw_per_kwp")
    low, high, mean, *_ = (trace["y"][12] for trace in chart["data"])
    assert 0 < low < mean < high
    assert high == pytest.approx(600 * roof["quantiles"]["q90"][12], rel=1e-4), "power of the 600 kWp, not yield"
    rows = page.one("section", id="uncertain")[1]
    assert {"zh": "未经本地实测检验", "en": "never checked"}[lang] in rows
    assert kept["series"]["roof.yield_kw_per_kwp"]["model_title"][lang] in rows


def test_a_band_that_was_scored_says_how_often_it_held() -> None:
    score = {"from": "2026-05-01", "to": "2026-06-01", "rows": [
        {"chosen": False, "coverage_80": 0.99}, {"chosen": True, "coverage_80": 0.774},
    ]}  # fmt: skip
    words = Words("en", UNCERTAINTY)
    assert "77% of measurements" in _held({"source": "history", "score": score}, words)
    assert "never checked" in _held({"source": "mean_by_history", "score": score}, words), "its errors are assumed"
    assert "never checked" in _held({"source": "history", "score": None}, words)


def test_inputs_without_quantiles_say_so(served: Served) -> None:  # noqa: F811
    page = served.page(f"/sites/{HOME}/forecast?forecast={served.old_forecast()}")
    assert "have no intervals" in page.one("section", id="uncertain")[1]


def test_the_newest_inputs_of_a_day_are_shown_wherever_they_come_from(served: Served) -> None:  # noqa: F811
    page = served.page(f"/sites/{HOME}/forecast?day={DAY}")
    assert page.data("form")["day"] == DAY.isoformat()
    assert page.data("figures")["steps"] == 24
    empty = served.page(f"/sites/{HOME}/forecast?day={DAY + timedelta(days=1)}", "operator")
    assert "no forecast of this day" in empty.one("main")[1]
    assert empty.all("form", id="refresh")
    assert served.page(f"/sites/{HOME}/forecast").all("form", id="refresh") == []
    assert served.page(f"/sites/{HOME}/forecast?day=nonsense").all("h1")


def test_measurements_of_a_column_lie_over_its_forecast(served: Served) -> None:  # noqa: F811
    column = "workshop.electricity_kw"
    with served.store.write() as c:
        definition = SeriesDefinition(kind="measurement", unit="kW", resolution="PT30M")
        row, _ = series.define(c, HOME, column, definition, 1800)
        start = EPOCH.fromisoformat(f"{DAY}T06:00:00+08:00")
        values, quality = [50.0, None, 60.0], ["good", "missing", "suspect"]
        series.add(c, [series.Chunk(row, start, series.MEASURED, values, quality)])
    page = served.page(f"/sites/{HOME}/forecast?day={DAY}")
    chart = next(c for c in page.data("figures")["charts"] if c["key"] == "demand-electricity")
    dots = next(t for t in chart["data"] if t.get("mode") == "markers")
    assert dots["y"] == [50.0], "what is missing or suspect is not shown"
    assert dots["x"] == [f"{DAY}T06:15:00"], "a mean stands in the middle of its interval"


# --- plans under scenarios -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_of_a_plan_shows_its_scenarios_dearest_first(served: Served, lang: str) -> None:  # noqa: F811
    content = under_scenarios()
    id = served.what_if(**content)
    page = served.page(f"/plans/{id}", "operator", lang=lang)
    [section] = page.all("section", id="scenarios")
    told = content["stochastic"]
    shown = (told["expected_cny"], told["cvar_cny"], told["value"]["stochastic_cny"], told["value"]["information_cny"])
    for amount in shown:
        unknown = {"zh": "无法给出", "en": "cannot be told"}[lang]  # the plan for the expected day cannot be kept
        assert (unknown if amount is None else number(amount)) in section[1], amount
    set_ = served.browser(lang=lang).get(f"/plans/{id}/figures?lang={lang}").json()
    chart = next(c for c in set_["charts"] if c["key"] == "scenarios-grid")
    assert len(chart["data"]) == 1 + len(content["stochastic"]["scenarios"])
    assert chart["data"][-1]["y"][:24] == pytest.approx(content["stochastic"]["grids"]["grid"]["planned_kw"], rel=1e-4)


def test_a_usual_plan_has_no_scenarios_and_the_form_is_off(served: Served) -> None:  # noqa: F811
    page = served.page(f"/plans/{served.home.plan}", "operator")
    assert page.all("section", id="scenarios") == []
    assert page.one("input", id="scenario-count")[0]["value"] == "0"
    assert page.one("input", id="risk-weight")[0]["value"] == "0"
    assert "open" not in page.one("details", id="uncertainty")[0]
    assert served.page(f"/plans/{served.home.plan}", "viewer").all("details", id="uncertainty") == []


def test_only_today_can_be_re_planned_from_now_and_only_by_operators(served: Served) -> None:  # noqa: F811
    assert served.page(f"/sites/{HOME}", "operator").all("button", id="from-now")
    assert served.page(f"/sites/{HOME}?day=tomorrow", "operator").all("button", id="from-now") == []
    assert served.page(f"/sites/{HOME}", "viewer").all("button", id="from-now") == []
