// How a page talks to the service: words, requests with the session's key, problems as sentences, live events.

const told = JSON.parse(document.getElementById("words").textContent);
export const lang = told.lang;
export const csrf = document.querySelector('meta[name="csrf-token"]').content;

/** A word of the page in the reader's language, its blanks filled: say("js_gap", {gap: "0.1%"}). */
export function say(key, values = {}) {
  const text = told.words[key];
  if (text === undefined) throw new Error(`no word ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** The reader's language out of {zh, en}. */
export const pick = (both) => both[lang];

/** The data that the server left in a JSON block of the page. */
export const data = (id) => JSON.parse(document.getElementById(id).textContent);

/** A refusal of the service; `message` is for the reader, `problem` holds the details (RFC 9457). */
export class Refused extends Error {
  constructor(status, problem, seconds) {
    super(readable(status, problem, seconds));
    this.status = status;
    this.problem = problem;
  }
}

function readable(status, problem, seconds) {
  const known = ["401", "403", "404", "409", "412", "413", "422", "429", "503"].includes(String(status));
  const head = say(known ? `js_fault_${status}` : status ? "js_fault_other" : "js_fault_network", {status, seconds});
  const detail = (problem.errors || []).map(faultText).join("; ") || problem.detail || "";
  return detail ? `${head} ${detail}` : head;
}

/** One fault of a body as a sentence; what was expected is added unless the sentence says so already. */
export function faultText(fault) {
  const line = fault.line ? `${say("js_line", {line: fault.line})}: ` : "";
  const expected = fault.expected && !fault.detail.includes(fault.expected) ? ` (${fault.expected})` : "";
  return `${line}${fault.detail}${expected}`;
}

/**
 * Ask the service. Gives {status, headers, body}; body is the parsed JSON, or null. Throws `Refused`.
 * send("POST", "/api/v1/plans", {site: "qingdao"}, {"Idempotency-Key": once()})
 */
export async function send(method, path, body, headers = {}) {
  const sent = {Accept: "application/json", "Accept-Language": lang, ...headers};
  if (method !== "GET") sent["X-CSRF-Token"] = csrf;
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, {method, headers: sent, body: body === undefined ? undefined : JSON.stringify(body)});
  } catch {
    throw new Refused(0, {});
  }
  const json = /\bjson\b/.test(answer.headers.get("Content-Type") || "");
  const content = json && answer.status !== 204 ? await answer.json() : null;
  if (!answer.ok) throw new Refused(answer.status, content || {}, answer.headers.get("Retry-After") || "60");
  return {status: answer.status, headers: answer.headers, body: content};
}

export const get = async (path) => (await send("GET", path)).body;

/** A key that makes a repeated request give the same job. */
export const once = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

/** Show a fault at the top of the page, or in an element of its own, where screen readers hear it. */
export function fault(error, place = document.getElementById("faults")) {
  if (!(error instanceof Error)) throw error;
  const box = document.createElement("p");
  box.className = "box bad";
  box.textContent = error.message;
  place.replaceChildren(box);
  place.scrollIntoView({block: "nearest"});
  if (!(error instanceof Refused)) throw error;
}

/** Say something to screen readers without showing it. */
export function announce(text) {
  document.getElementById("announce").textContent = text;
}

const ENDED = ["succeeded", "failed", "cancelled"];

/**
 * Follow a job until it ends: `on.event(event)` for every event, `on.end(job)` once, `on.lost()` while the line is down.
 * The browser connects again by itself and asks for what it missed. Returns a function that stops following.
 */
export function follow(jobId, on) {
  const path = `/api/v1/jobs/${jobId}`;
  const stream = new EventSource(`${path}/events`);
  let stopped = false;
  const stop = () => {
    stopped = true;
    stream.close();
  };
  const look = async () => {
    const job = await get(path);
    if (stopped || !ENDED.includes(job.state)) return;
    stop();
    on.end(job);
  };
  const heard = (message) => {
    const event = {seq: Number(message.lastEventId), ...JSON.parse(message.data)};
    if (!event.type) event.type = message.type;
    on.event?.(event);
    if (event.type === "finished") look().catch((e) => on.fault?.(e));
  };
  for (const type of ["message", "queued", "started", "progress", "row", "retry", "finished"]) stream.addEventListener(type, heard);
  stream.onerror = () => {
    if (stopped) return;
    on.lost?.();
    look().catch((e) => {
      if (stream.readyState === EventSource.CLOSED) on.fault?.(e);
    });
  };
  return stop;
}
