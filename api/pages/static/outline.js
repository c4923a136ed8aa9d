// The parts of a site file as a list of links to their lines: sections, and the components with their kinds.

/** [{line, name, kind, level}] of a YAML text, read by its indentation: a text with faults has an outline, too. */
export function outlineOf(text) {
  const found = [];
  let section = "";
  let item = null;
  let indent = 0; // of the components: lists inside of them stand further in
  text.split("\n").forEach((content, k) => {
    const top = content.match(/^([A-Za-z_]\w*):/);
    if (top) {
      section = top[1];
      item = null;
      found.push({line: k + 1, name: section, kind: "", level: 0});
    } else if (section === "components") {
      const dash = content.match(/^(\s*)-\s/);
      if (dash && (!item || dash[1].length <= indent)) {
        indent = dash[1].length;
        item = {line: k + 1, name: "", kind: "", level: 1};
        found.push(item);
      }
      if (item) {
        item.name ||= content.match(/(?:^|[\s{,-])name:\s*["']?([\w.-]+)/)?.[1] || "";
        item.kind ||= content.match(/(?:^|[\s{,-])kind:\s*["']?([\w.-]+)/)?.[1] || "";
      }
    }
  });
  return found;
}

/** Show the outline; `go(line)` is called for what is chosen. */
export function showOutline(list, text, go) {
  list.replaceChildren(...outlineOf(text).map(({line, name, kind, level}) => {
    const item = document.createElement("li");
    item.className = `level-${level}`;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name || kind || "?";
    if (kind && name) button.append(" ", Object.assign(document.createElement("span"), {className: "quiet", textContent: kind}));
    button.addEventListener("click", () => go(line));
    item.append(button);
    return item;
  }));
}
