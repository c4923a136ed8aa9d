// Devices and stores at the chosen interval: state in words, setpoint, load, and a strip of the whole day.

import {say} from "./api.js";

const HEIGHT = 22;
const FILLED = {on: "--on", importing: "--on", exporting: "--discharging", charging: "--charging", discharging: "--discharging"};
const FLAT = {off: "--off", idle: "--off", standby: "--standby", warming: "--warming"};
const dark = matchMedia("(prefers-color-scheme: dark)");

const shown = (x, digits) => (x == null ? "–" : Math.abs(x).toLocaleString("en-US", {minimumFractionDigits: digits, maximumFractionDigits: digits}));

/** Fill table and gauges of a plan; `show(k)` moves them to an interval. */
export class Devices {
  constructor(set) {
    this.set = set;
    this.rows = set.devices.map((d) => [d, document.querySelector(`[data-device="${CSS.escape(d.name)}"]`)]).filter(([, row]) => row);
    this.stores = set.stores.map((s) => [s, document.querySelector(`[data-store="${CSS.escape(s.name)}"]`)]).filter(([, box]) => box);
    this.step = 0;
    addEventListener("resize", () => this.strips());
    dark.addEventListener("change", () => this.strips());
  }

  show(step) {
    this.step = step;
    for (const [d, row] of this.rows) this.row(d, row);
    for (const [s, box] of this.stores) this.gauge(s, box);
    this.strips();
  }

  row(d, row) {
    const k = this.step;
    const state = this.set.states[d.states[k]];
    const cell = (name) => row.querySelector(`.${name}`);
    cell("state").textContent = say(`js_${state}`) + (d.of > 1 && d.modules[k] ? ` ${say("js_modules", {on: d.modules[k], all: d.of})}` : "");
    cell("state").dataset.state = state;
    const still = state === "off" || state === "idle";
    row.toggleAttribute("data-still", still);
    cell("setpoint").textContent = still ? "–" : `${shown(d.main[k], d.digits)} ${d.unit}`;
    const share = d.size ? Math.abs(d.main[k] ?? 0) / d.size : 0;
    const meter = row.querySelector("meter");
    meter.hidden = still || !d.size;
    meter.value = Math.min(share, 1);
    cell("share").querySelector("span").textContent = still || !d.size ? "" : `${Math.round(100 * share)}%`;
    cell("more").textContent = d.more.filter((m) => Math.abs(m.values[k] ?? 0) > 1e-3).map((m) => `${m.label} ${shown(m.values[k], m.digits)} ${m.unit}`).join(", ");
  }

  gauge(s, box) {
    const level = s.levels[this.step + 1];
    const share = level / s.size;
    box.querySelector(".level").textContent = say("js_level_at", {share: `${Math.round(100 * share)}%`, value: shown(level, s.digits), unit: s.unit});
    const mark = box.querySelector("rect.now");
    mark.setAttribute("x", Math.min(Math.max(100 * share - 0.5, 0), 99));
    mark.setAttribute("visibility", "visible");
  }

  strips() {
    const style = getComputedStyle(document.documentElement);
    const colours = Object.fromEntries(Object.entries({...FILLED, ...FLAT, chosen: "--ink"}).map(([k, v]) => [k, style.getPropertyValue(v).trim()]));
    for (const [d, row] of this.rows) strip(row.querySelector("canvas"), d, this.set, this.step, colours);
  }
}

function strip(canvas, d, set, chosen, colours) {
  const width = canvas.clientWidth;
  if (!width) return;
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = HEIGHT * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const most = d.size || Math.max(...d.main.map((x) => Math.abs(x ?? 0)), 1e-9);
  const step = width / set.steps;
  d.states.forEach((code, k) => {
    const state = set.states[code];
    const left = Math.floor(k * step), right = Math.floor((k + 1) * step);
    pen.globalAlpha = 1;
    pen.fillStyle = colours.off;
    pen.fillRect(left, 0, right - left, HEIGHT);
    if (state === "off" || state === "idle") return;
    pen.fillStyle = colours[state];
    const share = FLAT[state] ? 1 : Math.min(Math.abs(d.main[k] ?? 0) / most, 1);
    pen.globalAlpha = FLAT[state] ? 1 : 0.35 + 0.65 * share;
    const height = FLAT[state] ? HEIGHT : Math.max(3, HEIGHT * share);
    pen.fillRect(left, HEIGHT - height, right - left, height);
  });
  pen.globalAlpha = 1;
  pen.strokeStyle = colours.chosen;
  pen.lineWidth = 1.5;
  pen.strokeRect(Math.floor(chosen * step) + 0.75, 0.75, Math.max(step - 0.5, 2), HEIGHT - 1.5);
}
