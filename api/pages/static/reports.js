// The form that asks for an emission report.

import {data, fault, once, send} from "./api.js";

const given = data("form");
const form = document.getElementById("new-report");
const by = (id) => document.getElementById(id);

/** Operation by rules stands beside plans only. */
function fit() {
  const rules = [...by("baseline").options].find((option) => option.value === "rule_based");
  if (!rules) return;
  rules.disabled = by("source").value === "measured";
  if (rules.disabled && rules.selected) by("baseline").selectedIndex = 0;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  by("run").disabled = true;
  by("form-faults").replaceChildren();
  const asked = {site: given.site, from: by("from").value, to: by("to").value, source: by("source").value, baseline: by("baseline").value, label: by("label").value.trim()};
  try {
    const {body} = await send("POST", "/api/v1/reports", asked, {"Idempotency-Key": once()});
    location.assign(`/reports/${body.id}`);
  } catch (error) {
    by("run").disabled = false;
    fault(error, by("form-faults"));
  }
});
by("source").addEventListener("change", fit);
fit();
