// Draws the figures of a plan with plotly when they come into sight, in the colours of the theme, and marks on each the
// present moment and the chosen interval. A figure is {key, data, layout, height, least_width} in plotly's own terms;
// one of points (`points: true`) has no time axis, tells which point was clicked, and may get other data while it is seen.

import {say} from "./api.js";
import {tableOf} from "./chart_table.js";

const NARROW = 560, MARGINS = 90, WIDE_LETTER = 11, LETTER = 5.6, PRINT_WIDTH = 690;
const DARK = { // what stands for paper, ink and lines; any other dark colour is made lighter
  "#1d232b": "#e4e9ee", "#5b6673": "#9dabb8", "#d7dde4": "#34404b", "#ffffff": "#192229", "#eef1f4": "#2a3640",
  "#a9cbe6": "#1d4f7a", "#08306b": "#8fd0ff",
};
const dark = matchMedia("(prefers-color-scheme: dark)");

function inTheme(chart) {
  if (!dark.matches || printing) return structuredClone(chart);
  const text = JSON.stringify(chart).replace(/#[0-9a-f]{6}/gi, (c) => DARK[c.toLowerCase()] || lighter(c));
  const found = JSON.parse(text);
  found.layout.modebar.bgcolor = "rgba(25, 34, 41, 0.7)";
  found.layout.hoverlabel.bgcolor = "#212c35";
  return found;
}

function lighter(colour) {
  const [r, g, b] = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));
  const light = (0.299 * r + 0.587 * g + 0.114 * b) / 255;
  if (light > 0.38) return colour;
  const share = (0.38 - light) / (1 - light);
  return `#${[r, g, b].map((x) => Math.round(x + (255 - x) * share).toString(16).padStart(2, "0")).join("")}`;
}

/** plotly's script is large and comes by itself; whoever needs it waits here. */
const plotly = new Promise((resolve, reject) => {
  const script = document.getElementById("plotly");
  if (!script || globalThis.Plotly) return resolve(globalThis.Plotly);
  script.addEventListener("load", () => resolve(globalThis.Plotly));
  script.addEventListener("error", () => reject(new Error("plotly.js")));
});

let printing = false;
const drawn = new Map(); // element -> figure

function fit(chart, width, hours) {
  const layout = chart.layout;
  const narrow = width < NARROW;
  const legend = layout.showlegend !== false;
  layout.width = width;
  layout.height = chart.height + (narrow && legend ? Math.min(150, 11 * chart.data.length) : 0);
  const hour = (width - MARGINS) / hours;
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

function roomFor(box, chart) {
  return Math.max(printing ? PRINT_WIDTH : box.parentElement.clientWidth, chart.least_width || 0);
}

function newMark(name) {
  const line = document.createElement("div");
  line.className = `mark mark-${name}`;
  if (name === "now") line.dataset.label = say("js_now");
  return line;
}

/** All figures of a page. `set` = {charts, config, hours, start, origin, step_s, steps}. */
export class Charts {
  constructor(set, onPick) {
    this.set = set;
    this.onPick = onPick;
    this.marks = {now: null, chosen: null}; // in steps since the start
    this.boxes = [];
    const sight = new IntersectionObserver((seen) => {
      for (const {isIntersecting, target} of seen) {
        if (!isIntersecting) continue;
        sight.unobserve(target);
        this.draw(target);
      }
    }, {rootMargin: "400px"});
    for (const chart of set.charts) {
      const box = document.getElementById(`figure-${chart.key}`);
      if (!box) continue;
      box.chart = chart;
      box.style.minHeight = `${chart.height}px`;
      if (!chart.points) box.closest("figure").append(tableOf(chart, set));
      this.boxes.push(box);
      sight.observe(box);
    }
    if (this.boxes.length) this.draw(this.boxes[0]);
    let waiting = 0;
    addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.redraw(), 150);
    });
    dark.addEventListener("change", () => this.redraw());
    addEventListener("beforeprint", () => this.print(true));
    addEventListener("afterprint", () => this.print(false));
  }

  async draw(box) {
    const Plotly = await plotly;
    const chart = inTheme(box.chart);
    const width = roomFor(box, chart);
    const config = {...this.set.config, ...(width < NARROW ? {displayModeBar: false} : {})};
    await Plotly.react(box, chart.data, fit(chart, width, this.set.hours), config);
    box.style.minHeight = "";
    if (!drawn.has(box)) this.listen(box);
    drawn.set(box, chart);
    this.mark(box);
  }

  /** Give a figure other data. */
  update(key, data) {
    const box = this.boxes.find((b) => b.chart.key === key);
    if (!box) return;
    box.chart = {...box.chart, data};
    if (drawn.has(box)) this.draw(box);
  }

  listen(box) {
    if (box.chart.points) box.on("plotly_click", (event) => this.onPick?.(event.points[0].customdata));
    if (!box.chart.layout.xaxis?.tickvals) return;
    box.on("plotly_click", (event) => this.onPick?.(this.stepOf(event.points[0].x)));
    box.on("plotly_relayout", () => this.mark(box));
  }

  /** The step that a place on the time axis belongs to. */
  stepOf(x) {
    const at = typeof x === "number" ? x : Date.parse(`${String(x).replace(" ", "T").slice(0, 19)}Z`);
    const from = Date.parse(`${this.set.origin}Z`);
    return Math.min(Math.max(Math.floor((at - from) / 1000 / this.set.step_s), 0), this.set.steps - 1);
  }

  redraw() {
    for (const box of [...drawn.keys()]) this.draw(box);
  }

  /** On paper every figure is there, seen before or not, in light colours. */
  print(on) {
    printing = on;
    for (const box of this.boxes) this.draw(box);
  }

  /** Move the marks: `now` is a place in steps (not whole), `chosen` a step; null hides. */
  setMarks(marks) {
    Object.assign(this.marks, marks);
    for (const box of drawn.keys()) this.mark(box);
  }

  mark(box) {
    const full = box._fullLayout;
    if (!full?.xaxis || !box.chart.layout.xaxis?.tickvals) return;
    const place = (step) => full.xaxis._offset + full.xaxis.d2p(Date.parse(`${this.set.origin}Z`) + step * this.set.step_s * 1000);
    for (const [name, step] of Object.entries(this.marks)) {
      const line = box.querySelector(`.mark-${name}`) || box.appendChild(newMark(name));
      line.hidden = step === null;
      if (step === null) continue;
      const left = place(step), right = place(name === "chosen" ? step + 1 : step);
      const inside = right >= full.xaxis._offset && left <= full.xaxis._offset + full.xaxis._length;
      line.hidden = !inside;
      line.style.left = `${left}px`;
      line.style.width = `${Math.max(right - left, name === "now" ? 2 : 1)}px`;
      line.style.top = `${full.yaxis._offset}px`;
      line.style.height = `${full.yaxis._length}px`;
    }
  }
}
