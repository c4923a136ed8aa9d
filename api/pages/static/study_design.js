// The design of a point as two tables, beside the design of the study; and all rows as a table to choose from.

import {lang, pick, say} from "./api.js";

const form = new Map();

function number(x, digits) {
  if (x == null || !Number.isFinite(x)) return "–";
  if (!form.has(digits)) {
    const shape = {minimumFractionDigits: digits, maximumFractionDigits: digits};
    form.set(digits, new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-US", shape));
  }
  return form.get(digits).format(x).replace("-", "−");
}

function cell(row, tag, text, className) {
  const made = document.createElement(tag);
  if (tag === "th") made.scope = row.parentElement.tagName === "THEAD" ? "col" : "row";
  made.textContent = text;
  if (className) made.className = className;
  row.append(made);
  return made;
}

function table(heads, lines) {
  const made = document.createElement("table");
  made.className = "data";
  const head = made.createTHead().insertRow();
  heads.forEach((text, k) => cell(head, "th", text, k ? "n" : ""));
  const body = made.createTBody();
  for (const [name, ...values] of lines) {
    const row = body.insertRow();
    cell(row, "th", name);
    for (const value of values) cell(row, "td", value, "n");
  }
  return made;
}

/** Fill `box` with a row: its sizes and key figures, beside those of the design and the reference where they are known. */
export function showDesign(box, row, page) {
  const name = document.createElement("p");
  const kind = say(`js_sy_${row.group}`);
  name.textContent = row.title === kind ? kind : `${row.title} · ${kind}`;
  if (row.status === "failed") {
    const why = Object.assign(document.createElement("p"), {className: "box bad", textContent: say("js_sy_why", {why: row.reason ? pick(row.reason) : ""})});
    box.replaceChildren(name, why);
    return;
  }
  const known = [["base", say("js_sy_beside"), page.design], ["reference", say("js_sy_beside_reference"), page.reference]];
  const beside = known.filter(([group, , x]) => x && group !== row.group).map(([, word, x]) => [word, x]);
  const heads = [say("js_sy_this"), ...beside.map(([word]) => word)];
  const all = [row, ...beside.map(([, x]) => x)];
  const sizes = Object.entries(page.sizes).map(([key, size]) => [
    size.unit ? `${size.label} (${size.unit})` : size.label, ...all.map((x) => number(x.sizes[key], 0)),
  ]);
  const figures = page.figures.map((f) => [
    `${f.label} (${f.unit})`, ...all.map((x) => {
      const value = x[f.part]?.[f.name];
      return number(value == null ? null : value / f.scale, f.digits);
    }),
  ]);
  box.replaceChildren(name, table([say("js_sy_size"), ...heads], sizes), table([say("js_sy_figure"), ...heads], figures));
}

/** All rows as a table; `choose(id)` is called by its buttons. */
export function showRows(box, rows, chosen, money, choose) {
  if (!rows.length) {
    box.replaceChildren(Object.assign(document.createElement("p"), {className: "quiet", textContent: say("js_sy_empty")}));
    return;
  }
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.row : null;
  const made = document.createElement("table");
  made.className = "data";
  const head = made.createTHead().insertRow();
  const heads = ["js_sy_name", "js_sy_group", "js_sy_state", "js_sy_emissions", "js_sy_cost", "js_sy_npv"];
  heads.forEach((key, k) => cell(head, "th", say(key), k > 2 ? "n" : ""));
  const body = made.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    if (row.id === chosen) line.setAttribute("aria-current", "true");
    const button = Object.assign(document.createElement("button"), {className: "btn small", type: "button", textContent: row.title});
    button.setAttribute("aria-label", `${say("js_sy_show")}: ${row.title}`);
    button.dataset.row = row.id;
    button.addEventListener("click", () => choose(row.id));
    cell(line, "th", "").append(button);
    cell(line, "td", say(`js_sy_${row.group}`));
    cell(line, "td", say(`js_sy_${row.status}`));
    if (row.status === "failed") {
      cell(line, "td", row.reason ? pick(row.reason) : "", "why").colSpan = 3;
    } else {
      cell(line, "td", number(row.kpis.emissions_t, 0), "n");
      cell(line, "td", number(row.money.annual_cost_cny / money, 1), "n");
      cell(line, "td", row.compared.npv_cny == null ? "–" : number(row.compared.npv_cny / money, 1), "n");
    }
  }
  box.replaceChildren(made);
  if (focused) box.querySelector(`[data-row="${CSS.escape(focused)}"]`)?.focus();
}
