// Buttons of the page of a day: make a plan and follow the job, approve, reject.

import {data, fault, once, say, send} from "./api.js";
import {showProgress} from "./progress.js";

const page = data("page");
const progress = document.getElementById("progress");
const button = document.getElementById("replan");
const fromNow = document.getElementById("from-now");
const ended = document.getElementById("job-ended");

export function wireActions() {
  button?.addEventListener("click", make);
  fromNow?.addEventListener("click", replan);
  document.getElementById("rolling-form")?.addEventListener("submit", setRolling);
  if (page.job) watch(page.job);
  for (const opener of document.querySelectorAll("[data-dialog]")) {
    opener.addEventListener("click", () => document.getElementById(opener.dataset.dialog).showModal());
  }
  for (const form of document.querySelectorAll("[data-decide]")) {
    form.addEventListener("submit", (event) => decide(event, form));
    form.querySelector("[data-close]").addEventListener("click", () => form.closest("dialog").close());
  }
}

async function make() {
  const uncertain = [...document.querySelectorAll("#uncertainty input")];
  if (!uncertain.every((input) => input.reportValidity())) return;
  const [scenarios, risk] = uncertain.map((input) => input.valueAsNumber || 0);
  await ask("/api/v1/plans", {site: page.site, day: page.day, scenarios, risk_weight: risk});
}

async function replan() {
  await ask("/api/v1/replans", {site: page.site});
}

async function setRolling(event) {
  event.preventDefault();
  event.submitter.disabled = true;
  const minutes = Number(event.currentTarget.elements.minutes.value) || null;
  try {
    await send("PUT", `/api/v1/sites/${page.site}/rolling`, {minutes});
    location.reload();
  } catch (error) {
    event.submitter.disabled = false;
    fault(error);
  }
}

async function ask(path, asked) {
  free(false);
  ended.replaceChildren();
  try {
    const {body} = await send("POST", path, asked, {"Idempotency-Key": once()});
    watch(body.id);
    progress.querySelector("[data-cancel]")?.focus();
  } catch (error) {
    free(true);
    fault(error);
  }
}

/** Whether another job may be asked for. */
function free(yes) {
  for (const each of [button, fromNow]) if (each) each.disabled = !yes;
}

function watch(job) {
  free(false);
  showProgress(progress, job, (done) => {
    if (done.state === "succeeded") {
      location.assign(done.result.replace("/api/v1", ""));
      return;
    }
    progress.hidden = true;
    free(true);
    button?.focus();
    if (done.state === "failed") location.reload(); // the page says what it means and what to do
    else {
      const note = ended.appendChild(document.createElement("p"));
      note.className = "box";
      note.textContent = say("js_cancelled");
    }
  });
}

async function decide(event, form) {
  event.preventDefault();
  const submit = form.querySelector("button:not([type])");
  submit.disabled = true;
  try {
    await send("POST", `/api/v1/plans/${page.plan}/${form.dataset.decide}`, {comment: form.elements.comment.value});
    location.assign(`/plans/${page.plan}`);
  } catch (error) {
    submit.disabled = false;
    fault(error, form.querySelector(".dialog-fault"));
  }
}
