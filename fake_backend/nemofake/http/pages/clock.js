// The clock: its mode, steps forward, and the scrubber that shows an earlier moment.
import { change } from "./api.js";
import { h } from "./dom.js";
import { clockTime, dateTime, duration } from "./format.js";
import { clearReport, momentMs, onChange, report, store, update } from "./store.js";

const MODES = [
  ["auto", "auto: never waits"], ["manual", "paused"], ["real", "real time"], ["x10", "10 times"],
  ["x60", "60 times"], ["x600", "600 times"],
];
const STEPS = [["+30 s", 30], ["+10 min", 600], ["+7 d", 604_800]];
const byId = (id) => document.getElementById(id);
let speed = "real";

export function startClock() {
  byId("clock-mode").append(...MODES.map(([mode, text]) => h("option", { value: mode }, text)));
  byId("clock-mode").addEventListener("change", (event) => setMode(event.target.value));
  byId("clock-play").addEventListener("click", () => setMode(speed));
  byId("clock-pause").addEventListener("click", () => setMode("manual"));
  byId("clock-steps").append(...STEPS.map(([text, seconds]) => h("button", {
    type: "button", "aria-label": `Advance the clock by ${text.slice(1)}`, onclick: () => advance(seconds),
  }, text)));
  byId("scrubber").addEventListener("input", (event) => scrub(Number(event.target.value)));
  byId("back-to-live").addEventListener("click", () => update({ atMs: null }));
  onChange(show);
}

async function run(work) {
  try {
    clearReport();
    await work();
  } catch (error) {
    report(error);
  }
}

function setMode(mode) {
  if (!["manual", "auto"].includes(mode)) speed = mode;
  return run(() => change("PUT", "/clock", { mode }));
}

function advance(seconds) {
  update({ atMs: null });
  return run(() => change("POST", "/clock/advance", { seconds }));
}

function scrub(value) {
  const now = store.live.clock.now_ms;
  update({ atMs: value >= now ? null : value });
}

function show() {
  if (!store.live) return;
  const { mode, now_ms: now } = store.live.clock;
  const moment = momentMs();
  byId("clock-date").textContent = dateTime(moment).slice(0, 10);
  byId("clock-time").textContent = clockTime(moment);
  const select = byId("clock-mode");
  if (![...select.options].some((one) => one.value === mode)) select.append(h("option", { value: mode }, mode));
  select.value = mode;
  byId("clock-pause").setAttribute("aria-pressed", String(mode === "manual"));
  byId("clock-play").setAttribute("aria-pressed", String(!["manual", "auto"].includes(mode)));
  const scrubber = byId("scrubber");
  scrubber.min = store.startMs ?? now;
  scrubber.max = Math.max(now, Number(scrubber.min) + 1);
  scrubber.value = moment;
  const ago = duration(now - moment);
  scrubber.setAttribute("aria-valuetext", store.atMs === null ? "now" : `${ago} ago`);
  byId("moment").textContent = store.atMs === null ? "now" : `${ago} ago`;
  byId("back-to-live").disabled = store.atMs === null;
  document.body.classList.toggle("past", store.atMs !== null);
}
