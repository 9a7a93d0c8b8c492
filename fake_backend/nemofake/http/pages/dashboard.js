// The dashboard: starts every view, and lets the visible one read what has changed.
import { startClock } from "./clock.js";
import { showControls, startControls } from "./controls.js";
import { showCredits } from "./credits.js";
import { startDetail } from "./detail.js";
import { showFindings } from "./findings.js";
import { follow } from "./live.js";
import { showRenders } from "./renders.js";
import { startRequests } from "./requests.js";
import { showSessions } from "./sessions.js";
import { latestOnly, onChange, report, store, update } from "./store.js";
import { startTabs } from "./tabs.js";
import { startTheme } from "./theme.js";
import { startWorlds } from "./worlds.js";

const VIEWS = {
  sessions: showSessions, credits: showCredits, exports: showRenders, findings: showFindings, control: showControls,
};
const FINDINGS_EVERY_MS = 2000;
let visible = "request";
let judgedMs = 0;

const refresh = latestOnly(async () => {
  if (!store.live || !VIEWS[visible]) return;
  if (visible === "findings") {
    const waitMs = judgedMs + FINDINGS_EVERY_MS - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    judgedMs = performance.now();
  }
  await VIEWS[visible]();
});

function chooseRequest(changed) {
  if (changed.includes("seq") && store.seq !== null && visible !== "request") location.hash = "request";
  if (changed.includes("live") || changed.includes("atMs")) refresh();
}

startTheme();
startClock();
startRequests();
startDetail();
startWorlds();
onChange(chooseRequest);
startTabs((name) => {
  visible = name;
  refresh();
});
update({ seq: null });
startControls().catch(report);
follow();
