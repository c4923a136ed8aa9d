// The page of a study: its front grows with the job's events; a point that is clicked, brushed or chosen shows its design.

import {announce, data, fault, get, say} from "./api.js";
import {Charts} from "./charts.js";
import {showProgress} from "./progress.js";
import {showDesign, showRows} from "./study_design.js";
import {place, points, traces} from "./study_front.js";

const PAUSE_MS = 500; // rows that end at about the same time are drawn together
const page = data("page");
const by = (id) => document.getElementById(id);
const rows = new Map(); // number -> row
const charts = new Charts(page.chart, choose);
let last = 0; // number of the newest row that is known
let chosen = null;
let picked = false; // by the reader: until then the newest point is shown
let asking = null;

function shown() {
  const found = [...rows.values()];
  for (const [name, group] of [["design", "base"], ["reference", "reference"]]) {
    const there = found.some((row) => row.group === group);
    if (page[name] && !there) found.push({...page[name], id: name, name: group, group, status: "done"});
  }
  for (const row of found) row.title = titled(row);
  return found;
}

/** What a reader calls a row: title of a scenario, what is set otherwise, else its kind. */
function titled(row) {
  if (page.titles[row.name]) return page.titles[row.name];
  if (row.group === "base" || row.group === "reference") return say(`js_sy_${row.group}`);
  const set = Object.entries(row.set || {}).map(([path, value]) => `${path.split("/").slice(-2).join("/")} = ${value}`);
  return set.join(", ") || row.name;
}

function draw() {
  const all = shown(), front = points(all);
  charts.update("front", traces(all, chosen, page.chart.money));
  showRows(by("rows"), all, chosen, page.chart.money, choose);
  by("brush-row").hidden = front.length < 2;
  by("brush").max = Math.max(front.length - 1, 0);
  const at = front.findIndex((row) => row.id === chosen);
  if (at >= 0) by("brush").value = at;
  by("brush-said").textContent = at < 0 ? "" : say("js_sy_point", {k: at + 1, n: front.length});
  const row = all.find((r) => r.id === chosen);
  if (row) showDesign(by("chosen-design"), row, page);
}

function choose(id) {
  if (!shown().some((row) => row.id === id)) return;
  picked = true;
  chosen = id;
  draw();
  const row = shown().find((r) => r.id === id);
  announce(`${say("js_sy_chosen")}: ${row.title}`);
}

/** Ask for the rows that have ended since; at once only where nobody asks already. */
async function fetchRows() {
  const told = await get(`/api/v1/studies/${page.study}/rows?after=${last}`);
  for (const row of told.items) rows.set(row.seq, {...row, id: String(row.seq)}); // one scenario may stand under two names
  last = told.last;
  if (!picked) chosen = usual();
  draw();
}

/** What is shown before anyone has chosen: the design, or the newest point of the front. */
function usual() {
  const all = shown();
  const design = all.find((row) => row.group === "base" && place(row));
  return (design || [...rows.values()].filter((row) => row.group === "front" && place(row)).at(-1) || all.find(place))?.id ?? null;
}

function later() {
  asking ||= setTimeout(() => {
    asking = null;
    fetchRows().catch(fault);
  }, PAUSE_MS);
}

by("brush").addEventListener("input", () => {
  const row = points(shown())[by("brush").valueAsNumber];
  if (row) choose(row.id);
});
fetchRows().catch(fault);
if (page.running) {
  showProgress(by("progress"), page.study, () => location.reload(), page.limit_s, (event) => {
    if (event.type === "row" && event.data.row > last) later();
  });
}
