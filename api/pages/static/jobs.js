// The list of jobs stays true while it is looked at: running ones by their events, the others by asking now and then.

import {data, fault, follow, get, pick, say, send} from "./api.js";
import {drawCourse} from "./course.js";
import {sentence, share} from "./progress.js";

const MOST_STREAMS = 3; // a browser opens six connections to one host at most, over all its tabs
const LOOK_MS = 4000;
const ENDED = ["succeeded", "failed", "cancelled"];
const rows = [...document.querySelectorAll("[data-job]")];
const events = new Map(); // job -> its events by number
const streams = new Map(); // job -> how to stop following

function heard(row, event) {
  const list = events.get(row.dataset.job) || events.set(row.dataset.job, []).get(row.dataset.job);
  if (list.some((e) => e.seq === event.seq)) return;
  list.push(event);
  if (event.type === "progress") {
    const text = row.querySelector(".progress-text");
    if (text) {
      text.textContent = sentence(event.data);
      row.querySelector("progress").value = share(event.data, Number(row.dataset.limit));
    }
  }
  if (row.querySelector("[data-details]").open) drawCourse(row.querySelector("[data-course]"), list);
}

function listen(row) {
  const id = row.dataset.job;
  if (streams.has(id)) return;
  streams.set(id, follow(id, {
    event: (event) => heard(row, event),
    fault: () => leave(id),
    end: (job) => {
      leave(id);
      show(row, job);
    },
  }));
}

function leave(id) {
  streams.get(id)?.();
  streams.delete(id);
}

/** Bring a row up to date with what the service says of its job. */
function show(row, job) {
  if (row.dataset.state === job.state) return;
  row.dataset.state = job.state;
  const badge = row.querySelector("[data-badge]");
  badge.className = `badge ${job.state}`;
  badge.textContent = say(`js_state_${job.state}`);
  const text = row.querySelector(".progress-text");
  if (text && !ENDED.includes(job.state)) text.textContent = say(`js_state_${job.state}`);
  if (!ENDED.includes(job.state)) return;
  row.querySelector("[data-progress]")?.remove();
  if (job.reason) {
    const box = Object.assign(document.createElement("p"), {className: "box bad", textContent: pick(job.reason.text)});
    row.querySelector("[data-reason]").replaceChildren(box);
  }
  if (job.result) {
    const made = job.result.split("/").pop();
    const pages = {plan: `/plans/${made}`, study: `/studies/${made}`, report: `/reports/${made}`, forecast: `/sites/${job.site}/forecast?forecast=${made}`};
    const href = pages[job.kind];
    const link = Object.assign(document.createElement("a"), {className: "btn small", href, textContent: say(`js_jobs_open_${job.kind}`)});
    row.querySelector("[data-result]").replaceChildren(link);
  }
}

async function look() {
  const open = rows.filter((row) => !ENDED.includes(row.dataset.state));
  const found = await get("/api/v1/jobs?limit=100");
  const newest = data("live").newest;
  document.getElementById("new-jobs").hidden = !found.items.length || found.items[0].id === newest;
  for (const row of open) {
    const job = found.items.find((j) => j.id === row.dataset.job) || (await get(`/api/v1/jobs/${row.dataset.job}`));
    show(row, job);
    if (job.state === "running" && streams.size < MOST_STREAMS) listen(row);
  }
}

let broken = false; // one fault is shown once, however long it lasts

async function keepLooking() {
  try {
    if (!document.hidden) await look();
    if (broken) document.getElementById("faults").replaceChildren();
    broken = false;
  } catch (error) {
    if (!broken) fault(error);
    broken = true;
    if (error.status === 401) return;
  }
  setTimeout(keepLooking, LOOK_MS);
}

async function cancel(row, button) {
  button.disabled = true;
  try {
    await send("DELETE", `/api/v1/jobs/${row.dataset.job}`);
    row.querySelector(".progress-text").textContent = say("js_cancelling");
  } catch (error) {
    button.disabled = false;
    fault(error);
  }
}

for (const row of rows) {
  row.querySelector("[data-cancel]")?.addEventListener("click", (event) => cancel(row, event.currentTarget));
  row.querySelector("[data-details]").addEventListener("toggle", (event) => {
    if (!event.currentTarget.open) return;
    const known = events.get(row.dataset.job);
    if (known) drawCourse(row.querySelector("[data-course]"), known);
    listen(row);
  });
}
const named = document.getElementById(location.hash.slice(1));
if (named?.dataset.job) named.querySelector("[data-details]").open = true;
keepLooking();
