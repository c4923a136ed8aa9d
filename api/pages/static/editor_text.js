// A textarea with line numbers, bars over faulty lines, and notes beside them.

const LINE_PX = 20; // as in editor.css

export class EditorText {
  constructor(root, onChange) {
    this.area = root.querySelector("textarea");
    this.numbers = root.querySelector(".numbers");
    this.bars = root.querySelector(".bars");
    this.notes = root.querySelector(".notes-inner");
    this.faults = [];
    this.area.addEventListener("input", () => {
      this.count();
      onChange();
    });
    this.area.addEventListener("scroll", () => this.follow());
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("blur", () => (this.leaving = false));
    this.count();
  }

  get value() {
    return this.area.value;
  }

  set value(text) {
    this.area.value = text;
    this.count();
  }

  /** Numbers for as many lines as there are. */
  count() {
    const lines = this.area.value.split("\n").length;
    if (this.lines !== lines) {
      this.lines = lines;
      this.numbers.replaceChildren(...Array.from({length: lines}, (_, k) => Object.assign(document.createElement("div"), {textContent: k + 1})));
      this.mark(this.faults);
    }
    this.follow();
  }

  follow() {
    const shift = `translateY(${-this.area.scrollTop}px)`;
    for (const part of [this.numbers, this.bars, this.notes]) part.style.transform = shift;
  }

  /** Show faults [{line, text}]; those without a line are left to the list. */
  mark(faults) {
    this.faults = faults;
    const lines = new Map();
    for (const {line, text} of faults) if (line) lines.set(line, lines.has(line) ? `${lines.get(line)}; ${text}` : text);
    [...this.numbers.children].forEach((number, k) => number.classList.toggle("faulty", lines.has(k + 1)));
    const placed = [...lines].map(([line, text]) => [(line - 1) * LINE_PX, text]);
    this.bars.replaceChildren(...placed.map(([top]) => at("div", "bar-line", top)));
    this.notes.replaceChildren(...placed.map(([top, text]) => Object.assign(at("p", "note", top), {textContent: text, title: text})));
  }

  /** Put the cursor at the beginning of a line and bring it into sight. */
  go(line) {
    const start = this.area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    this.area.focus();
    this.area.setSelectionRange(start, start);
    this.area.scrollTop = Math.max(0, (line - 1) * LINE_PX - this.area.clientHeight / 3);
    this.follow();
  }

  /** Tab indents; after Escape it moves on as everywhere else, so that nobody is caught in here. */
  key(event) {
    if (event.key === "Escape") this.leaving = true;
    else if (event.key === "Tab" && !event.shiftKey && !this.leaving && !this.area.readOnly) {
      event.preventDefault();
      this.area.setRangeText("  ", this.area.selectionStart, this.area.selectionEnd, "end");
      this.area.dispatchEvent(new Event("input"));
    } else if (!["Shift", "Tab"].includes(event.key)) this.leaving = false;
  }
}

function at(name, kind, top) {
  const made = document.createElement(name);
  made.className = kind;
  made.style.top = `${top}px`;
  return made;
}
