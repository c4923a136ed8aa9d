// Draws the figures of a page that has nothing else that moves; marks the present moment where it is in sight.

import {data} from "./api.js";
import {Charts} from "./charts.js";
import {nowIn} from "./interval.js";

const MINUTE_MS = 60_000;
const set = data("figures");
const charts = new Charts(set);
const tick = () => charts.setMarks({now: nowIn(set)});
tick();
setInterval(tick, MINUTE_MS);
