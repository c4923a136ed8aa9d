// Tokens and users: made, changed and ended by an administrator. Secrets are shown once and kept nowhere.

import {announce, fault, say, send} from "./api.js";

const by = (id) => document.getElementById(id);
const NOTE = "ems-after-reload"; // what to show again after the list was loaded anew; never a secret

function chosenSites(form) {
  const boxes = [...form.querySelectorAll('input[name="sites"]')];
  const on = boxes.filter((box) => box.checked).map((box) => box.value);
  return on.length ? on : null;
}

/** Show a secret where it can be copied, and speak of it. */
function reveal(box, secret, text) {
  const field = box.querySelector("input");
  field.value = secret;
  if (text) box.querySelector("[data-text]").textContent = text;
  box.hidden = false;
  field.focus();
  field.select();
}

async function tried(button, work) {
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    fault(error);
  } finally {
    button.disabled = false;
  }
}

function reloadSaying(text) {
  sessionStorage.setItem(NOTE, text);
  location.reload();
}

/** A row for the new token without loading the page again, so that its secret stays in sight. */
function addTokenRow(token, form) {
  const row = document.createElement("tr");
  const role = form.elements.role.selectedOptions[0].text;
  const sites = token.sites ? token.sites.join(", ") : say("js_set_all_sites");
  const expires = token.expires_at ? token.expires_at.slice(0, 10) : say("js_set_never");
  const cells = [token.name, role, sites, token.created_at.slice(0, 10), expires, say("js_set_never"), say("js_set_active"), ""];
  row.append(...cells.map((text) => Object.assign(document.createElement("td"), {textContent: text})));
  by("token-rows").querySelector("[data-none]")?.remove();
  by("token-rows").prepend(row);
}

by("new-token").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  tried(event.submitter, async () => {
    const days = form.elements.days.value === "" ? null : Number(form.elements.days.value);
    const body = {name: form.elements.name.value.trim(), role: form.elements.role.value, sites: chosenSites(form), days};
    const made = (await send("POST", "/api/v1/tokens", body)).body;
    addTokenRow(made, form);
    form.reset();
    reveal(by("new-secret"), made.secret);
  });
});

by("new-user").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  tried(event.submitter, async () => {
    const body = {name: form.elements.name.value.trim(), role: form.elements.role.value, sites: chosenSites(form)};
    if (form.elements.password.value) body.password = form.elements.password.value;
    await send("POST", "/api/v1/users", body);
    reloadSaying(say("js_set_saved"));
  });
});

for (const button of document.querySelectorAll("[data-revoke]")) {
  const {token, name} = button.closest("[data-token]").dataset;
  button.addEventListener("click", () => {
    if (!confirm(say("js_set_revoke_sure", {name}))) return;
    tried(button, async () => {
      await send("DELETE", `/api/v1/tokens/${token}`);
      reloadSaying(say("js_set_saved"));
    });
  });
}

for (const item of document.querySelectorAll("[data-user]")) {
  const name = item.dataset.user;
  const path = `/api/v1/users/${encodeURIComponent(name)}`;
  item.querySelector("[data-link]")?.addEventListener("click", (event) => tried(event.currentTarget, async () => {
    const made = (await send("POST", `${path}/sign-in-link`)).body;
    reveal(by("new-link"), made.url, say("js_set_link_of", {user: name}));
  }));
  item.querySelector("[data-disable]").addEventListener("click", (event) => {
    const disabled = event.currentTarget.dataset.disable === "true";
    if (disabled && !confirm(say("js_set_disable_sure", {name}))) return;
    tried(event.currentTarget, async () => {
      await send("PATCH", path, {disabled});
      reloadSaying(say("js_set_saved"));
    });
  });
  item.querySelector("[data-change]").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const sites = chosenSites(form);
    const several = form.querySelector('input[name="sites"]') !== null;
    tried(event.submitter, async () => {
      await send("PATCH", path, {role: form.elements.role.value, ...(several ? (sites ? {sites} : {all_sites: true}) : {})});
      reloadSaying(say("js_set_saved"));
    });
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = button.parentElement.querySelector("input");
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = say("js_set_copied");
    announce(say("js_set_copied"));
  });
}

const note = sessionStorage.getItem(NOTE);
if (note) {
  sessionStorage.removeItem(NOTE);
  announce(note);
}
