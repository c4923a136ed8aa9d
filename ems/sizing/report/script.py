"""What makes the page move: figures drawn when they are first seen, selectors, the language switch, dark and print.

Figures that show a whole year name their series, which the page holds once for both languages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ems.report.chart import Chart
from ems.report.script import config
from ems.sizing.report.pieces import Figure
from ems.sizing.report.style import DARK
from ems.sizing.report.view import Lang

DRAW = """
const report = JSON.parse(document.getElementById("report-data").textContent);
const PRINT_WIDTH = 690, NARROW = 560, DARKEST = 0.12;
const night = window.matchMedia("(prefers-color-scheme: dark)");
const chosen = {}, drawn = new Set();
let printing = false;

function lit(hex) {  // a colour too dark for dark paper, made lighter
  const part = [1, 3, 5].map(k => parseInt(hex.slice(k, k + 2), 16));
  const light = (0.2126 * part[0] ** 2.2 + 0.7152 * part[1] ** 2.2 + 0.0722 * part[2] ** 2.2) / 255 ** 2.2;
  if (light > DARKEST) return hex;
  return "#" + part.map(x => Math.round(x + (255 - x) * 0.42).toString(16).padStart(2, "0")).join("");
}
function painted(item) {  // a copy in the colours of the reader's screen
  const text = JSON.stringify(item);
  if (printing || !night.matches) return JSON.parse(text);
  return JSON.parse(text.replace(/"(#[0-9a-f]{6})"/g, (_, c) => '"' + (report.dark[c] || lit(c)) + '"'));
}
function filled(trace) {  // a year of hours as a field of days and hours
  if (!trace.series) return trace;
  const values = report.series[trace.series], days = Math.ceil(values.length / 24), z = [];
  for (let h = 0; h < 24; h++) {
    const line = [];
    for (let d = 0; d < days; d++) line.push(values[24 * d + h] ?? null);
    z.push(line);
  }
  const x = [], at = new Date(report.day + "T00:00:00Z");
  for (let d = 0; d < days; d++) x.push(new Date(at.getTime() + d * 864e5).toISOString().slice(0, 10));
  return Object.assign({}, trace, {z, x, y0: 0.5, dy: 1});
}
function current(figure) {
  return figure.options ? figure.options[chosen[figure.key] || 0] : figure;
}
function fit(chart, width) {
  const layout = painted(chart.layout), narrow = width < NARROW;
  layout.width = width;
  const many = chart.data.filter(d => d.showlegend !== false).length;
  layout.height = chart.height + (narrow && layout.showlegend !== false && many > 2 ? Math.min(190, 15 * many) : 0);
  if (narrow) {
    for (const axis of [layout.xaxis, layout.yaxis]) if (axis) axis.nticks = Math.min(axis.nticks || 5, 5);
    if ((layout.xaxis || {}).dtick === "M1") layout.xaxis.dtick = "M2";
  }
  return layout;
}
function draw(figure) {
  const box = document.getElementById("figure-" + figure.key);
  if (!box || box.closest("main").hidden) return;
  const half = box.closest("figure").classList.contains("half");
  const width = printing ? (half ? PRINT_WIDTH / 2 - 12 : PRINT_WIDTH) : box.parentElement.clientWidth;
  const settings = Object.assign({}, report.config[figure.lang], width < NARROW ? {displayModeBar: false} : {});
  const chart = current(figure);
  Plotly.react(box, painted(chart.data).map(filled), fit(chart, width), settings);
  if (!drawn.has(figure.key)) {
    drawn.add(figure.key);
    box.on("plotly_click", event => {
      const row = event.points[0].data.rows?.[event.points[0].pointIndex];
      if (row !== undefined) show(figure.lang, row);
    });
  }
  mark(figure.lang);
}
function drawAll() { for (const figure of report.figures) if (printing || drawn.has(figure.key)) draw(figure); }

let picked = null;
function show(lang, row) {
  picked = row;
  for (const part of document.querySelectorAll(".detail")) part.hidden = part.dataset.row !== row;
  for (const list of document.querySelectorAll("select.points")) list.value = row;
  mark(lang);
}
function mark(lang) {
  const box = document.getElementById("figure-" + lang + "-front");
  if (!box || !box.data || !picked) return;
  box.data.forEach((trace, k) => {
    if (!trace.rows) return;
    const sizes = trace.rows.map(r => r === picked ? 20 : 12);
    if (JSON.stringify(sizes) !== JSON.stringify(trace.marker.size)) Plotly.restyle(box, {"marker.size": [sizes]}, [k]);
  });
}
function speak(lang) {
  for (const page of document.querySelectorAll("main")) page.hidden = page.id !== lang;
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = report.titles[lang];
  watch();
}
const seen = new IntersectionObserver(entries => {
  for (const entry of entries) if (entry.isIntersecting) {
    const figure = report.figures.find(f => "figure-" + f.key === entry.target.id);
    if (!drawn.has(figure.key)) draw(figure);
  }
}, {rootMargin: "600px"});
function watch() {
  for (const figure of report.figures) {
    const box = document.getElementById("figure-" + figure.key);
    if (box && !drawn.has(figure.key)) { box.style.minHeight = current(figure).height + "px"; seen.observe(box); }
  }
}
for (const button of document.querySelectorAll("button.language"))
  button.addEventListener("click", () => speak(button.dataset.lang));
for (const list of document.querySelectorAll("select.points"))
  list.addEventListener("change", () => show(list.closest("main").id, list.value));
for (const list of document.querySelectorAll("select.figure-choice"))
  list.addEventListener("change", () => {
    chosen[list.dataset.figure] = Number(list.value);
    draw(report.figures.find(f => f.key === list.dataset.figure));
  });
picked = document.querySelector("select.points")?.value ?? null;
let waiting = 0;
window.addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(drawAll, 150); });
night.addEventListener("change", drawAll);
window.addEventListener("beforeprint", () => { printing = true; drawAll(); });
window.addEventListener("afterprint", () => { printing = false; drawAll(); });
watch();
"""


def report_json(figures: Mapping[Lang, Sequence[Figure]], titles: Mapping[Lang, str], series: Mapping[str, Any]) -> str:
    """Figures of both languages, the series they share, and settings, as JSON that cannot end its script tag."""
    used = {d["series"] for part in figures.values() for f in part for c in _charts(f) for d in c.data if "series" in d}
    content = {
        "config": {lang: config(lang) for lang in figures},
        "dark": DARK,
        "titles": titles,
        "day": str(series["start"])[:10],
        "series": {name: series["columns"][name]["values"] for name in sorted(used)},
        "figures": [_figure(f, lang) for lang, part in figures.items() for f in part],
    }
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _charts(figure: Figure) -> list[Chart]:
    return [figure] if isinstance(figure, Chart) else [chart for _, chart in figure.options]


def _figure(figure: Figure, lang: Lang) -> dict[str, Any]:
    head = {"key": f"{lang}-{figure.key}", "lang": lang}
    if isinstance(figure, Chart):
        return head | _chart(figure)
    return head | {"options": [_chart(chart) for _, chart in figure.options]}


def _chart(c: Chart) -> dict[str, Any]:
    return {"data": c.data, "layout": c.layout, "height": c.height}
