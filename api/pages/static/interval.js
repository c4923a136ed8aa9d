// The chosen interval of the day: a slider, two buttons, "now", and a click on any figure all mean the same.

import {announce, say} from "./api.js";

/** The present place in a plan in steps, or null outside of it. */
export function nowIn(set) {
  const place = (Date.now() - Date.parse(set.start)) / 1000 / set.step_s;
  return place >= 0 && place < set.steps ? place : null;
}

/** Wires the picker; calls `onShow(step)` for every change, and once at the start. Returns the way to choose a step. */
export function picker(set, onShow) {
  const slider = document.getElementById("interval");
  const text = document.getElementById("interval-text");
  const nowButton = document.getElementById("interval-now");
  let step = -1;
  const choose = (wanted, spoken = true) => {
    const next = Math.min(Math.max(wanted, 0), set.steps - 1);
    if (next === step) return;
    step = next;
    const words = say("js_chosen", {span: set.spans[step], band: set.bands[step]});
    slider.value = step;
    slider.setAttribute("aria-valuetext", words);
    text.textContent = words;
    for (const place of document.querySelectorAll(".chosen-span")) place.textContent = set.spans[step];
    if (spoken) announce(words); // the slider says it itself
    onShow(step);
  };
  slider.max = set.steps - 1;
  slider.addEventListener("input", () => choose(Number(slider.value), false));
  document.getElementById("interval-back").addEventListener("click", () => choose(step - 1));
  document.getElementById("interval-on").addEventListener("click", () => choose(step + 1));
  const present = nowIn(set);
  nowButton.hidden = present === null;
  nowButton.addEventListener("click", () => choose(Math.floor(nowIn(set) ?? step)));
  choose(present === null ? 0 : Math.floor(present), false);
  return choose;
}
