// The form that asks for a study: fields follow the study that is chosen, what is changed is sent beside it.

import {data, fault, once, send} from "./api.js";

const given = data("form");
const form = document.getElementById("new-study");
const by = (id) => document.getElementById(id);
const shares = [...form.querySelectorAll("[data-path]")];
const chosen = () => given.choices[by("study").value];

/** A share as per cent without the dust of binary fractions. */
const percent = (share) => Number((100 * share).toPrecision(10));

function fill() {
  const choice = chosen();
  by("points").value = choice?.points ?? "";
  by("years").value = choice?.years ?? "";
  by("text").value = choice?.text ?? "";
  for (const input of shares) {
    const share = choice?.economics[input.dataset.path];
    input.value = share === undefined ? "" : percent(share);
  }
  if (!choice) by("text-details").open = true;
}

/** The request: the study by name as long as its text is not changed, and what differs from it. */
function request() {
  const choice = chosen();
  const body = {site: given.site, resolution: by("resolution").value, label: by("label").value.trim()};
  if (!choice || by("text").value !== choice.text) Object.assign(body, {study: by("text").value, files: choice?.files ?? {}});
  else if (!choice.own) body.study = choice.name;
  const whole = (id, known) => {
    if (by(id).value !== "" && by(id).valueAsNumber !== known) body[id] = by(id).valueAsNumber;
  };
  whole("points", choice?.points);
  whole("years", choice?.years);
  body.groups = [...form.querySelectorAll("[name=group]:checked")].map((box) => box.value);
  body.set = {};
  for (const input of shares) {
    const known = choice?.economics[input.dataset.path];
    if (input.value === "" || (known !== undefined && percent(known) === input.valueAsNumber)) continue;
    body.set[input.dataset.path] = Number((input.valueAsNumber / 100).toPrecision(10));
  }
  return body;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  by("run").disabled = true;
  by("form-faults").replaceChildren();
  try {
    const {body} = await send("POST", "/api/v1/studies", request(), {"Idempotency-Key": once()});
    location.assign(`/studies/${body.id}`);
  } catch (error) {
    by("run").disabled = false;
    if (error.problem?.errors?.some((x) => x.pointer.startsWith("/study"))) by("text-details").open = true;
    fault(error, by("form-faults"));
  }
});
by("study").addEventListener("change", fill);
fill();
