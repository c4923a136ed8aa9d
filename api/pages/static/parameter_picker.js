// Find one of some hundred parameters by typing parts of its name; a list of buttons that keys and readers reach.

import {announce, say} from "./api.js";

const MOST = 8;
const SILENCE_MS = 400; // after the last letter, before the number of finds is spoken

/** Wire a search field to a list; `pick(parameter)` is called with what the user chose. */
export function parameterPicker(field, list, parameters, pick) {
  let speaking = 0;
  const show = () => {
    const words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const matches = parameters.filter((p) => {
      const text = `${p.machine} ${p.title} ${p.component}.${p.name}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    list.replaceChildren(...matches.slice(0, MOST).map((p) => entry(p, pick)));
    if (!matches.length) list.append(Object.assign(document.createElement("li"), {textContent: say("js_wi_no_match"), className: "quiet"}));
    clearTimeout(speaking);
    if (words.length) speaking = setTimeout(() => announce(say("js_wi_matches", {n: matches.length})), SILENCE_MS);
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // the first find, not the whole form
      list.querySelector("button")?.click();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      list.querySelector("button")?.focus();
    }
  });
  list.addEventListener("keydown", (event) => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement) + step;
    (at < 0 ? field : buttons[Math.min(at, buttons.length - 1)]).focus();
  });
  show();
}

function entry(p, pick) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  const name = document.createElement("span");
  name.textContent = `${p.machine} · ${p.title}`;
  const value = document.createElement("span");
  value.className = "quiet";
  value.textContent = p.shown == null ? say("js_wi_unset") : `${p.shown} ${p.unit}`.trim();
  button.append(name, " ", value);
  button.addEventListener("click", () => pick(p));
  item.append(button);
  return item;
}
