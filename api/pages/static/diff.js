// What differs between two texts, line by line.

import {say} from "./api.js";

const AROUND = 3; // lines of context
const MOST_CELLS = 4_000_000; // of the table of common subsequences; texts that differ more are shown whole

/** [{kind: "same" | "removed" | "added", text}], the shortest way from `a` to `b` by longest common subsequence. */
export function lineDiff(a, b) {
  const [one, other] = [a.split("\n"), b.split("\n")];
  let head = 0;
  while (head < one.length && head < other.length && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < one.length - head && tail < other.length - head && one.at(-1 - tail) === other.at(-1 - tail)) tail++;
  const same = (lines) => lines.map((text) => ({kind: "same", text}));
  const middle = between(one.slice(head, one.length - tail), other.slice(head, other.length - tail));
  return [...same(one.slice(0, head)), ...middle, ...same(tail ? one.slice(-tail) : [])];
}

function between(a, b) {
  if (a.length * b.length > MOST_CELLS) {
    return [...a.map((text) => ({kind: "removed", text})), ...b.map((text) => ({kind: "added", text}))];
  }
  const width = b.length + 1;
  const best = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] = a[i] === b[j] ? best[(i + 1) * width + j + 1] + 1 : Math.max(best[(i + 1) * width + j], best[i * width + j + 1]);
    }
  }
  const found = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      found.push({kind: "same", text: a[i]});
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && best[(i + 1) * width + j] >= best[i * width + j + 1])) {
      found.push({kind: "removed", text: a[i++]});
    } else {
      found.push({kind: "added", text: b[j++]});
    }
  }
  return found;
}

/** The difference as a list for the page; long runs of equal lines are counted, not shown. */
export function diffList(a, b) {
  const lines = lineDiff(a, b);
  if (lines.every((line) => line.kind === "same")) return Object.assign(document.createElement("p"), {textContent: say("js_ed_same")});
  const near = lines.map((_, k) => lines.slice(Math.max(0, k - AROUND), k + AROUND + 1).some((line) => line.kind !== "same"));
  const list = document.createElement("ol");
  list.className = "diff-lines";
  list.tabIndex = 0;
  let skipped = 0;
  const skip = () => {
    if (skipped) list.append(Object.assign(document.createElement("li"), {className: "skipped", textContent: say("js_ed_unchanged", {n: skipped})}));
    skipped = 0;
  };
  lines.forEach((line, k) => {
    if (!near[k]) return skipped++;
    skip();
    list.append(entry(line));
  });
  skip();
  return list;
}

function entry({kind, text}) {
  const item = document.createElement("li");
  item.className = kind;
  if (kind === "same") {
    item.textContent = text || " ";
    return item;
  }
  const hidden = Object.assign(document.createElement("span"), {className: "visually-hidden", textContent: `${say(`js_ed_${kind}`)}: `});
  const part = Object.assign(document.createElement(kind === "removed" ? "del" : "ins"), {textContent: text || " "});
  item.append(hidden, part);
  return item;
}
