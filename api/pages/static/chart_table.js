// Every figure as a table, for readers who do not see it: filled when it is opened.

import {say} from "./api.js";

const plain = (text) => new DOMParser().parseFromString(String(text), "text/html").body.textContent;
const number = (x) => (x == null ? "" : Number(x).toLocaleString("en-US", {maximumFractionDigits: 3}));

/** A disclosure below a figure that holds its numbers. */
export function tableOf(chart, set) {
  const more = document.createElement("details");
  more.className = "more numbers no-print";
  const summary = more.appendChild(document.createElement("summary"));
  summary.textContent = say("js_table");
  more.addEventListener("toggle", () => {
    if (!more.open || more.querySelector("table")) return;
    const scroll = more.appendChild(document.createElement("div"));
    scroll.className = "scroll";
    scroll.tabIndex = 0;
    scroll.append(table(rows(chart, set)));
  });
  return more;
}

function table([head, ...body]) {
  const made = document.createElement("table");
  const line = (cells, place, tag) => {
    const row = place.insertRow();
    cells.forEach((cell, k) => {
      const made = document.createElement(k === 0 ? "th" : tag);
      made.textContent = cell;
      if (tag === "th" || k === 0) made.scope = tag === "th" ? "col" : "row";
      if (k > 0) made.className = "n";
      row.append(made);
    });
  };
  line(head, made.createTHead(), "th");
  const place = made.createTBody();
  for (const cells of body) line(cells, place, "td");
  return made;
}

/** Head and rows of any figure of a plan: flows between nodes, bars by cause, or series over time. */
function rows(chart, set) {
  const first = chart.data[0];
  if (first.type === "sankey") {
    const names = first.node.customdata.map(plain);
    const {source, target, value} = first.link;
    return [[say("js_from"), say("js_to"), "kWh"], ...value.map((x, k) => [names[source[k]], names[target[k]], number(x)])];
  }
  if (first.orientation === "h") {
    const items = first.y.map((_, k) => [plain(first.y[k].replaceAll("<br>", " ")), ...chart.data.map((t) => number(t.x[k]))]);
    return [[say("js_item"), ...chart.data.map((t) => plain(t.name || ""))], ...items];
  }
  const shown = chart.data.filter((t) => t.y.length >= set.steps && t.name);
  const columns = new Map(); // supply and use of one machine are two traces of one name
  for (const t of shown) {
    const known = columns.get(t.name);
    columns.set(t.name, known ? known.map((x, k) => (x == null && t.y[k] == null ? null : (x ?? 0) + (t.y[k] ?? 0))) : t.y);
  }
  const body = set.spans.map((span, k) => [span, ...[...columns.values()].map((y) => number(y[k]))]);
  return [[say("js_time"), ...[...columns.keys()].map(plain)], ...body];
}
