// The form that sends an inventory: a file fills the text, which is what is sent.

import {data, fault, send} from "./api.js";

const given = data("form");
const by = (id) => document.getElementById(id);

by("file").addEventListener("change", async () => {
  const [file] = by("file").files;
  if (file) by("text").value = await file.text();
});
by("new-inventory").addEventListener("submit", async (event) => {
  event.preventDefault();
  by("run").disabled = true;
  by("form-faults").replaceChildren();
  try {
    await send("POST", "/api/v1/inventories", {site: given.site, inventory: by("text").value, label: by("label").value.trim()});
    location.reload();
  } catch (error) {
    by("run").disabled = false;
    fault(error, by("form-faults"));
  }
});
