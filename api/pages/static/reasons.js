// Why the chosen interval is as it is: asked from the service when the reader pauses, and kept.

import {fault, get, pick, say} from "./api.js";

const PAUSE_MS = 250;

export class Reasons {
  constructor(set, plan) {
    this.set = set;
    this.plan = plan;
    this.known = new Map();
    this.place = document.getElementById("reasons-text");
    this.span = document.getElementById("reasons-span");
    this.values = document.getElementById("marginal-values");
    this.waiting = 0;
  }

  show(step) {
    this.step = step;
    this.span.textContent = say("js_chosen", {span: this.set.spans[step], band: this.set.bands[step]});
    this.values?.replaceChildren(...this.set.marginal.flatMap((m) => {
      const name = document.createElement("dt"), value = document.createElement("dd");
      name.textContent = m.label;
      value.textContent = `${m.values[step]?.toFixed(3) ?? "–"} ${m.unit}`;
      return [name, value];
    }));
    clearTimeout(this.waiting);
    if (this.known.has(step)) return this.write(this.known.get(step));
    this.waiting = setTimeout(() => this.ask(step), PAUSE_MS);
  }

  async ask(step) {
    this.place.setAttribute("aria-busy", "true");
    try {
      const told = await get(`/api/v1/plans/${this.plan}/explain?at=${encodeURIComponent(this.set.at[step])}`);
      this.known.set(step, told.sentences.map(pick));
      if (this.step === step) this.write(this.known.get(step));
    } catch (error) {
      fault(error, this.place);
    } finally {
      this.place.removeAttribute("aria-busy");
    }
  }

  write(sentences) {
    const list = document.createElement("ul");
    list.className = "sentences";
    for (const sentence of sentences.length ? sentences : [say("js_no_reasons")]) {
      list.appendChild(document.createElement("li")).textContent = sentence;
    }
    this.place.replaceChildren(list);
  }
}
