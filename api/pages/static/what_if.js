// The what-if form: collect what was changed, plan again with it, go on to the comparison.

import {announce, data, fault, lang, once, pick, say, send} from "./api.js";
import {parameterPicker} from "./parameter_picker.js";
import {showProgress} from "./progress.js";
import {limitRow, outageRow, readOutage} from "./what_if_rows.js";

const given = data("form");
const form = document.getElementById("what-if");
const by = (id) => document.getElementById(id);
const inputs = [...form.querySelectorAll("[data-same]")];
const number = new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-US", {maximumFractionDigits: 4});
const signed = new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-US", {maximumFractionDigits: 4, signDisplay: "exceptZero"});

const key = (input) => input.dataset.price || input.dataset.weather || input.dataset.demand;
const scale = (input) => Number(input.dataset.scale || 1);
const changed = (input) => input.value !== "" && Number(input.value) !== Number(input.dataset.same);
const part = (input) => (input.dataset.price ? "prices" : input.dataset.weather ? "weather" : "demands");

/** What the form says: the changes as in a request, and a line of words for each. */
function collect() {
  const changes = {};
  const lines = [];
  for (const row of by("outages").children) {
    const {outage, text} = readOutage(row);
    (changes.outages ||= []).push(outage);
    lines.push({text, real: true});
  }
  for (const row of by("limits").children) {
    const {component, name} = row.dataset;
    const value = row.querySelector("input").valueAsNumber;
    if (Number.isNaN(value)) continue;
    ((changes.parameters ||= {})[component] ||= {})[name] = value;
    const what = row.querySelector(".what").textContent;
    const unit = row.querySelector(".unit").textContent;
    lines.push({text: say("js_wi_value", {what, old: row.querySelector(".now").textContent, new: `${number.format(value)} ${unit}`.trim()}), real: true});
  }
  for (const input of inputs.filter(changed)) {
    const value = Number((Number(input.value) * scale(input)).toPrecision(12));
    (changes[part(input)] ||= {})[key(input)] = value;
    lines.push({text: words(input), real: false});
  }
  return {changes, lines};
}

function words(input) {
  const n = Number(input.value);
  const known = {import_factor: "js_wi_import_factor", export_factor: "js_wi_export_factor", sun_factor: "js_wi_sun"};
  if (known[key(input)]) return say(known[key(input)], {n: number.format(n)});
  if (key(input) === "import_offset_cny_per_kwh") return say("js_wi_import_offset", {n: signed.format(n)});
  if (key(input) === "temperature_offset_k") return say("js_wi_temperature", {n: signed.format(n)});
  return say("js_wi_demand", {what: given.labels[key(input)], n: number.format(n)});
}

function summarise() {
  const {lines} = collect();
  by("summary").replaceChildren(...lines.map(({text, real}) => {
    const item = document.createElement("li");
    const tag = document.createElement("span");
    tag.className = real ? "tag real" : "tag made-up";
    tag.textContent = say(real ? "js_wi_real" : "js_wi_made_up");
    item.append(text, " ", tag);
    return item;
  }));
  if (!lines.length) by("summary").append(Object.assign(document.createElement("li"), {className: "quiet", textContent: say("js_wi_none")}));
  by("made-up").hidden = lines.every((line) => line.real);
}

/** Put changes of a request into the form, beside what is there. */
function fill(changes) {
  for (const outage of changes.outages || []) outageRow(by("outages"), by("outage-row"), outage, summarise);
  for (const [component, values] of Object.entries(changes.parameters || {})) {
    for (const [name, value] of Object.entries(values)) {
      const parameter = given.parameters.find((p) => p.component === component && p.name === name);
      if (parameter) limitRow(by("limits"), by("limit-row"), parameter, value, summarise);
    }
  }
  for (const input of inputs) {
    const value = (changes[part(input)] || {})[key(input)];
    if (value === undefined) continue;
    input.value = Number((value / scale(input)).toPrecision(12));
    if (changed(input)) input.closest("details")?.setAttribute("open", "");
  }
  summarise();
}

async function run(event) {
  event.preventDefault();
  const {changes} = collect();
  if (!Object.keys(changes).length) return announce(say("js_wi_none"));
  by("run").disabled = true;
  try {
    const body = {...given.request, changes, what_if_of: given.plan, label: by("label").value.trim()};
    const answer = await send("POST", "/api/v1/plans", body, {"Idempotency-Key": once()});
    showProgress(by("progress"), answer.body.id, ended, body.time_limit_s);
  } catch (error) {
    by("run").disabled = false;
    fault(error);
  }
}

function ended(job) {
  if (job.state === "succeeded") {
    const plan = job.result.split("/").pop();
    location.assign(`/compare?a=${given.plan}&b=${plan}`);
    return;
  }
  by("run").disabled = false;
  by("progress").hidden = true;
  const text = job.state === "cancelled" ? say("js_wi_cancelled") : say("js_wi_failed", {why: pick(job.reason.text)});
  const box = Object.assign(document.createElement("p"), {className: "box bad", textContent: text});
  by("faults").replaceChildren(box);
  box.scrollIntoView({block: "nearest"});
}

for (const button of form.querySelectorAll("[data-preset]")) {
  button.addEventListener("click", () => {
    fill(given.presets[button.dataset.preset]);
    announce(say("js_wi_added", {what: button.textContent.trim()}));
  });
}
by("add-outage").addEventListener("click", () => {
  outageRow(by("outages"), by("outage-row"), {}, summarise).querySelector("select").focus();
  summarise();
});
parameterPicker(by("find"), by("found"), given.parameters, (parameter) => {
  limitRow(by("limits"), by("limit-row"), parameter, null, summarise).querySelector("input").select();
  summarise();
});
form.addEventListener("input", summarise);
form.addEventListener("reset", () => {
  by("outages").replaceChildren();
  by("limits").replaceChildren();
  setTimeout(summarise); // after the browser has put the fields back
  announce(say("js_wi_all_reset"));
});
form.addEventListener("submit", run);
if (given.changes) fill(given.changes);
else summarise();
