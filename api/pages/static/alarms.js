// Acknowledge an alarm: it stays in the list, with a name on it.

import {announce, fault, say, send} from "./api.js";

for (const button of document.querySelectorAll("[data-acknowledge]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await send("POST", `/api/v1/alarms/${button.closest("[data-alarm]").dataset.alarm}/acknowledge`);
    } catch (error) {
      button.disabled = false;
      fault(error);
      return;
    }
    const done = Object.assign(document.createElement("span"), {className: "quiet", textContent: say("js_al_done"), tabIndex: -1});
    button.replaceWith(done);
    done.focus();
    announce(say("js_al_done"));
  });
}
