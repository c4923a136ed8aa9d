// The course of a search as a small figure: best cost and bound over time, and a list of the phases.

import {lang, say} from "./api.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 560, HEIGHT = 150, LEFT = 64, RIGHT = 8, TOP = 8, BOTTOM = 24;
const whole = new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-US", {maximumFractionDigits: 0});

function node(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Draw the progress events of a job into `place`; redraw by calling again. */
export function drawCourse(place, events) {
  const told = events.filter((e) => e.type === "progress").map((e) => e.data);
  const parts = told.length ? [phases(told)] : [];
  const search = told.filter((p) => p.incumbent != null || p.bound != null);
  if (search.length) parts.unshift(figure(search));
  else parts.push(Object.assign(document.createElement("p"), {className: "quiet", textContent: say("js_jobs_no_search")}));
  place.replaceChildren(...parts);
}

function phases(told) {
  const list = document.createElement("ol");
  list.className = "phases";
  list.setAttribute("aria-label", say("js_jobs_phases"));
  told.forEach((p, k) => {
    if (k && told[k - 1].phase === p.phase) return;
    const item = document.createElement("li");
    item.textContent = say("js_jobs_from", {phase: say(`js_phase_${p.phase}`), seconds: p.seconds.toFixed(1)});
    list.append(item);
  });
  return list;
}

function figure(search) {
  const values = search.flatMap((p) => [p.incumbent, p.bound]).filter((v) => v != null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const first = search[0].seconds;
  const last = Math.max(search.at(-1).seconds, first + 0.1);
  const x = (s) => LEFT + ((s - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const y = (v) => TOP + (high === low ? 0.5 : (high - v) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const end = search.at(-1);
  const svg = node("svg", {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "course-figure"});
  const cost = end.incumbent == null ? "–" : whole.format(end.incumbent);
  const gap = end.gap == null ? "–" : `${(100 * end.gap).toFixed(2)}%`;
  svg.setAttribute("aria-label", say("js_jobs_chart", {n: search.length, cost, gap}));
  for (const v of high === low ? [high] : [low, high]) {
    svg.append(node("line", {x1: LEFT, x2: WIDTH - RIGHT, y1: y(v), y2: y(v), class: "grid-line"}));
    svg.append(node("text", {x: LEFT - 6, y: y(v) + 4, "text-anchor": "end"}, whole.format(v)));
  }
  for (const s of [first, last]) {
    svg.append(node("text", {x: x(s), y: HEIGHT - 6, "text-anchor": s === first ? "start" : "end"}, `${s.toFixed(1)} ${say("js_jobs_time")}`));
  }
  for (const name of ["bound", "incumbent"]) {
    const points = search.filter((p) => p[name] != null);
    let path = "";
    points.forEach((p, k) => {
      path += k ? `H${x(p.seconds).toFixed(1)}V${y(p[name]).toFixed(1)}` : `M${x(p.seconds).toFixed(1)} ${y(p[name]).toFixed(1)}`;
    });
    if (points.length) path += `H${x(last).toFixed(1)}`;
    svg.append(node("path", {d: path, class: name}));
  }
  const holder = document.createElement("div");
  const key = document.createElement("p");
  key.className = "quiet course-key";
  for (const name of ["incumbent", "bound"]) {
    const item = Object.assign(document.createElement("span"), {className: name, textContent: say(`js_jobs_${name}`)});
    key.append(item, " ");
  }
  holder.append(svg, key);
  return holder;
}
