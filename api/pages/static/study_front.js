// The cost-carbon front as a figure: one trace for each kind of scenario, and a ring around the chosen one.

import {say} from "./api.js";

const LOOKS = {
  front: {mode: "lines+markers", line: {color: "#0b5f86", width: 2}, marker: {color: "#0b5f86", size: 9}},
  scenario: {mode: "markers", marker: {color: "#b84a00", size: 8, symbol: "diamond"}},
  sensitivity: {mode: "markers", marker: {color: "#8a6100", size: 7, symbol: "triangle-up"}},
  grid: {mode: "markers", marker: {color: "#566270", size: 6}},
  base: {mode: "markers", marker: {color: "#0b6e4f", size: 14, symbol: "star"}},
  reference: {mode: "markers", marker: {color: "#1d232b", size: 10, symbol: "square-open", line: {width: 2}}},
};
const RING = {mode: "markers", marker: {color: "rgba(0,0,0,0)", size: 20, line: {color: "#b3005e", width: 3}}};

/** Place of a row on the figure; null where it failed. */
export function place(row) {
  const x = row.kpis?.emissions_t, y = row.money?.annual_cost_cny;
  return x == null || y == null ? null : {x, y};
}

/** Points of the front that stand, from the least emissions to the most. */
export const points = (rows) => rows.filter((r) => r.group === "front" && place(r)).sort((a, b) => place(a).x - place(b).x);

/** Traces of the figure. `rows` as the service tells them; `money` is what an amount is divided by. */
export function traces(rows, chosen, money) {
  const found = [];
  for (const [group, look] of Object.entries(LOOKS)) {
    const some = group === "front" ? points(rows) : rows.filter((r) => r.group === group && place(r));
    if (some.length) found.push(trace(say(`js_sy_${group}`), some, look, money));
  }
  const row = rows.find((r) => r.id === chosen);
  if (row && place(row)) found.push({...trace(say("js_sy_chosen"), [row], RING, money), hoverinfo: "skip", hovertemplate: undefined});
  return found;
}

function trace(name, rows, look, money) {
  return {
    type: "scatter", name, ...structuredClone(look),
    x: rows.map((r) => place(r).x),
    y: rows.map((r) => place(r).y / money),
    customdata: rows.map((r) => r.id),
    text: rows.map((r) => r.title),
    hovertemplate: "%{text}<br>%{x:,.0f} tCO₂e<br>%{y:,.1f}<extra></extra>",
  };
}
