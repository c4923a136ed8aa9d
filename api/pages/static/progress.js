// A job's progress in words and as a bar. Used wherever a page waits for a job.
//   <div class="progress" hidden> <p class="progress-text"></p> <progress max="1"></progress> <button class="btn" data-cancel>…</button> </div>

import {announce, fault, follow, say, send} from "./api.js";

const PARTS = {inputs: 0.02, quantiles: 0.5, baseline: 0.08, scenarios: 0.1, look_ahead: 0.03, build: 0.12, solve: 0.15, explain: 0.97};
const OF_STUDY = {typical: 0.02, design: 0.03, modules: 0.1, read: 0.12, truth: 0.2, reference: 0.38, resolution: 0.4, sweep: 0.45};
const OF_REPORT = {account: 0.3};
const UNTIL = {look_ahead: 0.14, truth: 0.38, sweep: 0.98}; // of phases that count what they have done
const QUIET_MS = 5000; // between two announcements of the same phase
const number = new Intl.NumberFormat("en-US", {maximumFractionDigits: 0});

/** How far a job seems to be, 0 to 1: phases are fixed marks, the search moves between two by time and by gap. */
export function share(progress, limit = 60) {
  const from = PARTS[progress.phase] ?? OF_STUDY[progress.phase] ?? OF_REPORT[progress.phase] ?? 0;
  if (progress.total) return from + (UNTIL[progress.phase] - from) * (progress.done + progress.failed) / progress.total;
  if (progress.phase !== "solve") return from;
  const byTime = Math.min(progress.seconds / limit, 1);
  const byGap = progress.gap > 0 ? Math.min(Math.max(1 + Math.log10(0.1 / Math.max(progress.gap, 1e-3)) / 2, 0), 1) / 2 : 0;
  return from + (PARTS.explain - from) * Math.max(byTime, byGap) * 0.98;
}

/** A stretch of time in one unit. */
function span(seconds) {
  if (seconds < 90) return say("js_span_s", {n: seconds.toFixed(0)});
  if (seconds < 5400) return say("js_span_min", {n: (seconds / 60).toFixed(0)});
  return say("js_span_h", {n: (seconds / 3600).toFixed(1)});
}

/** How far a sweep is: done, failed, rate, what remains. */
function counts(progress) {
  const parts = [say("js_done_of", {done: progress.done, total: progress.total})];
  if (progress.failed) parts.push(say("js_some_failed", {n: progress.failed}));
  if (progress.rate_per_min != null) parts.push(say("js_rate", {rate: progress.rate_per_min.toPrecision(2)}));
  if (progress.remaining_s != null) parts.push(say("js_remaining", {time: span(progress.remaining_s)}));
  return parts;
}

/** Progress as a sentence: phase, best cost so far, gap or how many scenarios have ended, seconds. */
export function sentence(progress) {
  const parts = [say(`js_phase_${progress.phase}`)];
  if (progress.total != null) parts.push(...counts(progress));
  if (progress.incumbent != null) parts.push(say("js_incumbent", {cny: number.format(progress.incumbent)}));
  if (progress.gap != null) parts.push(say("js_gap", {gap: `${(100 * progress.gap).toFixed(2)}%`}));
  if (progress.seconds != null) parts.push(say("js_seconds", {seconds: progress.seconds.toFixed(0)}));
  return parts.join(" · ");
}

/** Follow a job inside `box`; `done(job)` when it has ended, `heard(event)` for every event. Returns a function that stops. */
export function showProgress(box, jobId, done, limit = 60, heard = () => {}) {
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
      heard(event);
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
