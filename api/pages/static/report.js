// The page of an emission report: it waits for the job and then shows the result.

import {data} from "./api.js";
import {showProgress} from "./progress.js";

const page = data("page");
if (page.running) showProgress(document.getElementById("progress"), page.report, () => location.reload());
