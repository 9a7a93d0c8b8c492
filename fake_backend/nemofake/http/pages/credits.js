// Credits of an account in time, as steps: what is available, and above it what is frozen.
import { get } from "./api.js";
import { h, option, svg } from "./dom.js";
import { clockTime } from "./format.js";
import { momentMs, store } from "./store.js";

const place = document.getElementById("panel-credits");
const [WIDTH, HEIGHT, LEFT, BOTTOM] = [640, 200, 44, 24];
let chosen = null;

export async function showCredits() {
  const accounts = await get("/accounts");
  if (!accounts.length) {
    place.replaceChildren(h("p", { class: "empty" }, "No account yet. A client gets one with its token."));
    return;
  }
  if (!accounts.some((one) => one.user_id === chosen)) chosen = accounts.at(-1).user_id;
  const steps = await get(`/accounts/${encodeURIComponent(chosen)}/credits`, { at_ms: store.atMs });
  const select = h("select", {
    id: "account", onchange: (event) => {
      chosen = event.target.value;
      showCredits();
    },
  }, accounts.map((one) => option(one.user_id, `${one.user_id} · ${one.plan}`, one.user_id === chosen)));
  place.replaceChildren(h("div", { class: "row" }, h("label", { for: "account" }, "Account"), select), ...view(steps));
}

function view(steps) {
  if (!steps.length) return [h("p", { class: "empty" }, "No credits yet at this moment.")];
  const now = steps.at(-1);
  return [
    h("p", { class: "figures" }, figure("available", now.available), figure("frozen", now.frozen), figure("consumed", now.consumed)),
    chart(steps),
    h("details", {}, h("summary", {}, `${steps.length} changes`), table(steps)),
  ];
}

function figure(name, value) {
  return h("span", { class: `figure ${name}` }, h("strong", {}, String(value)), ` ${name}`);
}

function chart(steps) {
  const start = steps[0].at_ms;
  const end = Math.max(start + 1, momentMs());
  const top = Math.max(1, ...steps.map((one) => one.available + one.frozen));
  const x = (ms) => LEFT + ((WIDTH - LEFT - 8) * (ms - start)) / (end - start);
  const y = (value) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - 12) * value) / top;
  const line = (value) => steps.map((one, nth) => {
    const until = steps[nth + 1]?.at_ms ?? end;
    return `${nth ? "L" : "M"}${x(one.at_ms)} ${y(value(one))}L${x(until)} ${y(value(one))}`;
  }).join("");
  const area = (value) => `${line(value)}L${x(end)} ${y(0)}L${x(start)} ${y(0)}Z`;
  const total = (one) => one.available + one.frozen;
  const available = (one) => one.available;
  const now = steps.at(-1);
  return svg("svg", {
    class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
    "aria-label": `Credits in time: now ${now.available} available, ${now.frozen} frozen`,
  },
  svg("path", { d: area(total) + area(available), class: "frozen" }), // even-odd: what is between the two
  svg("path", { d: area(available), class: "available" }),
  svg("path", { d: line(available), class: "line" }),
  [0, top].map((value) => svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, String(value))),
  svg("text", { x: LEFT, y: HEIGHT - 6 }, clockTime(start).slice(0, 8)),
  svg("text", { x: WIDTH - 8, y: HEIGHT - 6, "text-anchor": "end" }, clockTime(end).slice(0, 8)));
}

function table(steps) {
  return h("table", {},
    h("thead", {}, h("tr", {}, ["Time", "Available", "Frozen", "Consumed"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, steps.map((one) => h("tr", {}, h("td", { class: "mono" }, clockTime(one.at_ms)),
      [one.available, one.frozen, one.consumed].map((value) => h("td", {}, String(value)))))));
}
