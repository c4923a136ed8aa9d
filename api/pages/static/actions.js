// Buttons of the page of a day: make a plan and follow the job, approve, reject.

import {data, fault, once, say, send} from "./api.js";
import {showProgress} from "./progress.js";

const page = data("page");
const progress = document.getElementById("progress");
const button = document.getElementById("replan");
const ended = document.getElementById("job-ended");

export function wireActions() {
  button?.addEventListener("click", make);
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
  button.disabled = true;
  ended.replaceChildren();
  try {
    const {body} = await send("POST", "/api/v1/plans", {site: page.site, day: page.day}, {"Idempotency-Key": once()});
    watch(body.id);
    progress.querySelector("[data-cancel]")?.focus();
  } catch (error) {
    button.disabled = false;
    fault(error);
  }
}

function watch(job) {
  if (button) button.disabled = true;
  showProgress(progress, job, (done) => {
    if (done.state === "succeeded") {
      location.assign(done.result.replace("/api/v1", ""));
      return;
    }
    progress.hidden = true;
    if (button) {
      button.disabled = false;
      button.focus();
    }
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
