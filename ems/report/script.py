"""Figures inside the page: plotly's own script, the figures as data, and the few lines that draw them.

The script comes from the installed package and is embedded; nothing is fetched when the page is opened.
"""

from __future__ import annotations

import json
from typing import Any

from ems.report.chart import Chart
from ems.report.text import say
from ems.report.view import Lang, PlanView

DRAW = """
const report = JSON.parse(document.getElementById("report-data").textContent);
const PRINT_WIDTH = 690, NARROW = 560, MARGINS = 90, WIDE_LETTER = 11, LETTER = 5.6;

function roomFor(box, chart, printing) {
  const half = box.closest("figure").classList.contains("half");
  if (printing) return half ? PRINT_WIDTH / 2 - 12 : PRINT_WIDTH;
  return Math.max(box.parentElement.clientWidth, chart.least_width);
}
function fit(chart, width) {
  const layout = structuredClone(chart.layout);
  const narrow = width < NARROW;
  layout.width = width;
  layout.height = chart.height + (narrow && layout.showlegend !== false ? Math.min(150, 11 * chart.data.length) : 0);
  const hour = (width - MARGINS) / report.hours;
  for (const a of layout.annotations || []) {
    const letters = [...a.text].reduce((n, c) => n + (c.charCodeAt(0) > 255 ? WIDE_LETTER : LETTER), 0);
    if (/^hours:/.test(a.name || "")) a.visible = Number(a.name.slice(6)) * hour > letters;
  }
  const axis = layout.xaxis || {};
  if (narrow && axis.tickvals) {
    axis.tickvals = axis.tickvals.filter((_, k) => k % 2 === 0);
    axis.ticktext = axis.ticktext.filter((_, k) => k % 2 === 0);
  }
  return layout;
}
function draw(printing) {
  for (const chart of report.charts) {
    const box = document.getElementById("figure-" + chart.key);
    if (!box) continue;
    box.style.zoom = 1;
    if (printing && chart.least_width) {  // such figures fade in, too late for the printer: shrink them instead
      box.style.zoom = PRINT_WIDTH / box.layout.width;
      continue;
    }
    const width = roomFor(box, chart, printing);
    const config = Object.assign({}, report.config, width < NARROW ? {displayModeBar: false} : {});
    Plotly.react(box, chart.data, fit(chart, width), config);
  }
}
draw(false);
let waiting = 0;
window.addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => draw(false), 150);
});
window.addEventListener("beforeprint", () => draw(true));
window.addEventListener("afterprint", () => draw(false));
"""


def plotly_script() -> str:
    """The drawing library, ready to stand between script tags."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs()).replace("</script", "<\\/script")


def data_json(view: PlanView, charts: list[Chart]) -> str:
    """Figures and settings as JSON that cannot end its script tag."""
    content = {
        "config": config(view.lang),
        "hours": view.steps * view.step_h,
        "charts": [
            {"key": c.key, "data": c.data, "layout": c.layout, "height": c.height, "least_width": c.least_width}
            for c in charts
        ],
    }
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def config(lang: Lang) -> dict[str, Any]:
    """No link to anywhere, a short toolbar, and its words in the reader's language."""
    words = {
        "Download plot as a PNG": "bar_image",
        "Download plot": "bar_image",
        "Zoom": "bar_zoom",
        "Pan": "bar_pan",
        "Reset axes": "bar_reset",
        "Double-click on legend to isolate one trace": "bar_isolate",
        "Double-click to zoom back out": "bar_back",
    }
    locale = {"zh": "zh-CN", "en": "en"}[lang]
    found: dict[str, Any] = {
        "displaylogo": False,
        "displayModeBar": "hover",
        "responsive": False,
        "showSources": False,
        "modeBarButtons": [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
        "locale": locale,
    }
    if lang == "zh":
        form = {
            "decimal": ".",
            "thousands": ",",
            "grouping": [3],
            "currency": ["", ""],
            "date": "%Y-%m-%d",
            "time": "%H:%M",
        }
        found["locales"] = {locale: {"dictionary": {k: say(v, lang) for k, v in words.items()}, "format": form}}
    return found
