// Rows of the what-if form: machines that are out, numbers that get a new value.

import {announce, say} from "./api.js";

/** Add a row to a list from its template; removing it gives the focus to what comes next. */
function addRow(list, template, what, changed) {
  const row = template.content.firstElementChild.cloneNode(true);
  const remove = row.querySelector("[data-remove]");
  remove.setAttribute("aria-label", say("js_wi_remove", {what: what()}));
  remove.addEventListener("click", () => {
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    (next?.querySelector("[data-remove]") || list.parentElement.querySelector("input[type=search], button")).focus();
    changed();
  });
  row.addEventListener("input", changed);
  list.append(row);
  return row;
}

/** A row for an outage; `given` is {component, modules, start, end} as in a request. */
export function outageRow(list, template, given, changed) {
  const part = (row, name) => row.querySelector(`[data-part="${name}"]`);
  const row = addRow(list, template, () => "", changed);
  const machine = part(row, "component");
  const modules = part(row, "modules");
  const named = () => {
    const option = machine.selectedOptions[0];
    const most = Number(option.dataset.modules);
    modules.replaceChildren(modules.options[0], ...Array.from({length: most - 1}, (_, k) => new Option(k + 1, k + 1)));
    modules.value = "";
    row.querySelector("[data-some-modules]").hidden = most < 2;
    row.querySelector("[data-remove]").setAttribute("aria-label", say("js_wi_remove", {what: option.text}));
  };
  machine.addEventListener("change", named);
  if (given.component) machine.value = given.component;
  named();
  for (const name of ["modules", "start", "end"]) if (given[name]) part(row, name).value = String(given[name]);
  return row;
}

/** What a row of an outage says, as in a request, and in words. */
export function readOutage(row) {
  const part = (name) => row.querySelector(`[data-part="${name}"]`);
  const text = (name) => part(name).selectedOptions[0].text;
  const outage = {component: part("component").value};
  if (part("modules").value) outage.modules = Number(part("modules").value);
  for (const name of ["start", "end"]) if (part(name).value) outage[name] = part(name).value;
  const what = text("component");
  const head = outage.modules ? say("js_wi_out_modules", {what, n: outage.modules}) : say("js_wi_out", {what});
  const span = outage.start || outage.end ? say("js_wi_span", {from: text("start"), to: text("end")}) : "";
  return {outage, text: head + span};
}

/** A row for a number; there is one row for each parameter at most. */
export function limitRow(list, template, parameter, value, changed) {
  const there = [...list.children].find((r) => r.dataset.component === parameter.component && r.dataset.name === parameter.name);
  const title = `${parameter.machine} · ${parameter.title}`;
  const row = there || addRow(list, template, () => title, changed);
  const input = row.querySelector("input");
  Object.assign(row.dataset, {component: parameter.component, name: parameter.name});
  row.querySelector(".what").textContent = title;
  row.querySelector(".now").textContent = parameter.shown == null ? say("js_wi_unset") : `${parameter.shown} ${parameter.unit}`.trim();
  row.querySelector(".unit").textContent = parameter.unit;
  input.setAttribute("aria-label", say("js_wi_new_value", {what: title}));
  if (value != null) input.value = value;
  else if (!there && parameter.value != null) input.value = parameter.value;
  if (!there) announce(say("js_wi_added", {what: title}));
  return row;
}
