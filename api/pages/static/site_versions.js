// Earlier versions of a site: what each changed, and back into the editor.

import {fault, get, say} from "./api.js";
import {diffList} from "./diff.js";

const version = (site, n) => get(`/api/v1/sites/${site}?version=${n}`);

/** Wire the buttons of the table; `load(text, n)` puts a version into the editor. */
export function wireVersions(site, load) {
  const place = document.getElementById("version-diff");
  for (const button of document.querySelectorAll("[data-diff]")) {
    button.addEventListener("click", () => show(site, Number(button.dataset.diff), place).catch(fault));
  }
  for (const button of document.querySelectorAll("[data-load]")) {
    button.addEventListener("click", async () => {
      const n = Number(button.dataset.load);
      try {
        load((await version(site, n)).yaml, n);
      } catch (error) {
        fault(error);
      }
    });
  }
}

async function show(site, n, place) {
  const [before, after] = await Promise.all([version(site, n - 1), version(site, n)]);
  const names = [...new Set([...Object.keys(before.files), ...Object.keys(after.files)])];
  const files = names.filter((name) => before.files[name] !== after.files[name]);
  const head = Object.assign(document.createElement("h3"), {textContent: say("js_ed_diff", {a: n - 1, b: n})});
  const parts = [head, diffList(before.yaml, after.yaml)];
  if (files.length) parts.push(Object.assign(document.createElement("p"), {textContent: say("js_ed_files_differ", {files: files.join(", ")})}));
  place.replaceChildren(...parts);
  place.focus();
}
