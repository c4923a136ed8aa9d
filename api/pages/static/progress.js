// A job's progress in words and as a bar. Used wherever a page waits for a job.
//   <div class="progress" hidden> <p class="progress-text"></p> <progress max="1"></progress> <button class="btn" data-cancel>…</button> </div>

import {announce, fault, follow, say, send} from "./api.js";

const PARTS = {inputs: 0.02, baseline: 0.08, build: 0.12, solve: 0.15, explain: 0.97};
const QUIET_MS = 5000; // between two announcements of the same phase
const number = new Intl.NumberFormat("en-US", {maximumFractionDigits: 0});

/** How far a job seems to be, 0 to 1: phases are fixed marks, the search moves between two by time and by gap. */
export function share(progress, limit = 60) {
  const from = PARTS[progress.phase] ?? 0;
  if (progress.phase !== "solve") return from;
  const byTime = Math.min(progress.seconds / limit, 1);
  const byGap = progress.gap > 0 ? Math.min(Math.max(1 + Math.log10(0.1 / Math.max(progress.gap, 1e-3)) / 2, 0), 1) / 2 : 0;
  return from + (PARTS.explain - from) * Math.max(byTime, byGap) * 0.98;
}

/** Progress as a sentence: phase, best cost so far, gap, seconds. */
export function sentence(progress) {
  const parts = [say(`js_phase_${progress.phase}`)];
  if (progress.incumbent != null) parts.push(say("js_incumbent", {cny: number.format(progress.incumbent)}));
  if (progress.gap != null) parts.push(say("js_gap", {gap: `${(100 * progress.gap).toFixed(2)}%`}));
  if (progress.seconds != null) parts.push(say("js_seconds", {seconds: progress.seconds.toFixed(0)}));
  return parts.join(" · ");
}

/** Follow a job inside `box`; `done(job)` when it has ended. Returns a function that stops. */
export function showProgress(box, jobId, done, limit = 60) {
  const text = box.querySelector(".progress-text");
  const bar = box.querySelector("progress");
  const cancel = box.querySelector("[data-cancel]");
  let phase = "";
  let spoken = 0;
  const show = (words, now) => {
    text.textContent = words;
    if (now || Date.now() - spoken > QUIET_MS) {
      spoken = Date.now();
      announce(words);
    }
  };
  box.hidden = false;
  bar.removeAttribute("value");
  show(say("js_state_queued"), true);
  const stop = follow(jobId, {
    event(event) {
      if (event.type === "progress") {
        const told = event.data;
        bar.value = Math.max(share(told, limit), bar.hasAttribute("value") ? bar.value : 0);
        show(sentence(told), told.phase !== phase);
        phase = told.phase;
      } else if (event.type === "retry") {
        bar.removeAttribute("value");
        show(say("js_retry", {attempt: event.data.attempt ?? ""}), true);
      } else if (event.type === "queued" || event.type === "started") {
        show(say(event.type === "queued" ? "js_state_queued" : "js_state_running"), true);
      }
    },
    lost: () => show(say("js_lost_stream"), true),
    fault: (error) => fault(error),
    end(job) {
      announce(say(`js_state_${job.state}`));
      if (cancel) cancel.onclick = null;
      done(job);
    },
  });
  if (cancel) {
    cancel.disabled = false;
    cancel.onclick = async () => {
      cancel.disabled = true;
      show(say("js_cancelling"), true);
      try {
        await send("DELETE", `/api/v1/jobs/${jobId}`);
      } catch (error) {
        if (error.status !== 409) cancel.disabled = false; // 409: it has ended meanwhile
        if (error.status !== 409) fault(error);
      }
    };
  }
  return stop;
}
