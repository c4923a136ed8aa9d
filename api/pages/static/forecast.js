// Ask for a new forecast of the day, show how it goes, load the page again with it.

import {data, fault, once, pick, say, send} from "./api.js";
import {showProgress} from "./progress.js";

const given = data("form");
const form = document.getElementById("refresh");
const button = form.querySelector("button");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  try {
    const body = {...given, weather: form.elements.weather.value};
    const job = (await send("POST", "/api/v1/forecasts", body, {"Idempotency-Key": once()})).body;
    showProgress(document.getElementById("progress"), job.id, ended);
  } catch (error) {
    button.disabled = false;
    fault(error);
  }
});

function ended(job) {
  if (job.state === "succeeded") {
    location.assign(`/sites/${given.site}/forecast?forecast=${job.result.split("/").pop()}`);
    return;
  }
  button.disabled = false;
  document.getElementById("progress").hidden = true;
  const text = job.state === "cancelled" ? say("js_fc_cancelled") : say("js_fc_failed", {why: pick(job.reason.text)});
  const box = Object.assign(document.createElement("p"), {className: "box bad", textContent: text});
  document.getElementById("faults").replaceChildren(box);
}
