// The site editor: checks the text while one types, saves it as a new version, explains a conflict.

import {announce, data, fault, say, send} from "./api.js";
import {diffList} from "./diff.js";
import {EditorText} from "./editor_text.js";
import {showOutline} from "./outline.js";
import {wireVersions} from "./site_versions.js";

const SILENCE_MS = 600; // after the last key, before the text is checked
const SAVED = "ems-site-saved";
const given = data("form");
const path = `/api/v1/sites/${given.site}`;
const by = (id) => document.getElementById(id);
let tag = `"${given.tag}"`;
let waiting = 0;
let asked = 0; // goes up with every change and check: an older answer says nothing any more

const editor = new EditorText(by("editor"), changed);
const original = editor.value;
const outline = () => showOutline(by("outline"), editor.value, (line) => editor.go(line));

function changed() {
  outline();
  const unsaved = editor.value !== original;
  by("unsaved").hidden = !unsaved;
  by("unsaved").textContent = say("js_ed_unsaved");
  by("saved").hidden = true;
  asked++;
  judging();
  clearTimeout(waiting);
  waiting = setTimeout(check, SILENCE_MS);
}

function judging() {
  by("verdict").className = "";
  by("verdict").textContent = say("js_ed_checking");
}

async function check() {
  const mine = ++asked;
  judging();
  try {
    const verdict = (await send("POST", `${path}/validate`, {yaml: editor.value})).body;
    if (mine === asked) show(verdict);
  } catch (error) {
    if (mine !== asked) return;
    by("verdict").textContent = say("js_ed_unchecked");
    fault(error);
  }
}

function show(verdict) {
  const faults = verdict.faults.map((f) => ({...f, text: words(f)})).sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  editor.mark(faults);
  by("editor").classList.toggle("has-faults", faults.some((f) => f.line));
  by("yaml").setAttribute("aria-invalid", String(!verdict.valid));
  by("verdict").className = verdict.valid ? "box good" : "box bad";
  by("verdict").textContent = verdict.valid ? valid(verdict) : faults.length === 1 ? say("js_ed_fault_one") : say("js_ed_faults", {n: faults.length});
  by("fault-list").replaceChildren(...faults.map(entry));
}

function valid({figures}) {
  const counts = {sourced: figures.sourced || 0, computed: figures.computed || 0, assumption: figures.assumption || 0};
  return `${say("js_ed_valid")} ${say("js_ed_figures", counts)}`;
}

/** A fault in one sentence; what was expected is often part of it already. */
function words(f) {
  const more = [f.expected && !f.detail.includes(f.expected) ? say("js_ed_expected", {expected: f.expected}) : "", f.remedy && !f.detail.includes(f.remedy) ? f.remedy : ""];
  return [f.detail, ...more.filter(Boolean)].join("; ");
}

function entry(f) {
  const item = document.createElement("li");
  if (!f.line) {
    item.textContent = f.text;
    return item;
  }
  const link = document.createElement("button");
  link.type = "button";
  link.className = "link";
  link.textContent = say("js_line", {line: f.line});
  link.addEventListener("click", () => editor.go(f.line));
  item.append(link, ` ${f.text}`);
  return item;
}

async function save(event) {
  event?.preventDefault();
  const button = by("save").querySelector("button");
  button.disabled = true;
  try {
    const answer = await send("PUT", path, {yaml: editor.value, comment: by("comment").value.trim()}, {"If-Match": tag});
    const {version} = answer.body;
    sessionStorage.setItem(SAVED, version === given.version ? say("js_ed_no_change") : say("js_ed_saved", {n: version}));
    removeEventListener("beforeunload", warn);
    location.reload();
  } catch (error) {
    button.disabled = false;
    if (error.status === 412) await conflict().catch(fault);
    else if (error.status === 422 && error.problem.errors?.length) {
      show({valid: false, faults: error.problem.errors});
      announce(say("js_ed_blocked"));
      by("verdict").scrollIntoView({block: "nearest"});
    } else fault(error);
  }
}

/** Someone else was faster: say who, and offer what can be done. */
async function conflict() {
  const theirs = await send("GET", path);
  const {version, updated_by: who, yaml} = theirs.body;
  by("conflict-text").textContent = say("js_ed_conflict", {who, n: version});
  by("conflict-diff").replaceChildren();
  by("conflict").hidden = false;
  by("conflict").focus();
  by("conflict-show").onclick = () => {
    const head = Object.assign(document.createElement("h3"), {textContent: say("js_ed_mine", {n: version})});
    by("conflict-diff").replaceChildren(head, diffList(yaml, editor.value));
  };
  by("conflict-mine").onclick = () => {
    tag = theirs.headers.get("ETag");
    by("conflict").hidden = true;
    save();
  };
  by("conflict-theirs").onclick = () => {
    removeEventListener("beforeunload", warn);
    location.reload();
  };
}

function warn(event) {
  if (editor.value !== original) event.preventDefault();
}

outline();
wireVersions(given.site, (text, n) => {
  if (editor.value !== original && !confirm(say("js_ed_leave_sure"))) return;
  editor.value = text;
  changed();
  announce(say("js_ed_loaded", {n}));
  by("yaml").focus();
});
if (given.may) {
  by("save").addEventListener("submit", save);
  addEventListener("beforeunload", warn);
  check();
}
const note = sessionStorage.getItem(SAVED);
if (note) {
  sessionStorage.removeItem(SAVED);
  by("saved").textContent = note;
  by("saved").hidden = false;
}
