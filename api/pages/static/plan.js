// The page of a day: everything that moves.

import {data, fault, get} from "./api.js";
import {wireActions} from "./actions.js";
import {Charts} from "./charts.js";
import {Devices} from "./devices.js";
import {nowIn, picker} from "./interval.js";
import {Reasons} from "./reasons.js";

const MINUTE_MS = 60_000;
const page = data("page");
wireActions();
if (page.figures) get(page.figures).then(show, fault);

function show(set) {
  const devices = new Devices(set);
  const reasons = new Reasons(set, page.plan);
  let choose;
  const charts = new Charts(set, (step) => choose(step));
  choose = picker(set, (step) => {
    devices.show(step);
    reasons.show(step);
    charts.setMarks({chosen: step});
  });
  const tick = () => charts.setMarks({now: nowIn(set)});
  tick();
  setInterval(tick, MINUTE_MS);
}
