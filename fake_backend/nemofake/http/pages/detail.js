// One request in full: headers, bodies, and the events of a stream on their time axis.
import { journalEntry } from "./api.js";
import { asCurl } from "./curl.js";
import { copyText, h, svg } from "./dom.js";
import { clockTime, duration } from "./format.js";
import { latestOnly, onChange, store } from "./store.js";

const place = document.getElementById("panel-request");
let shown = null;

export function startDetail() {
  onChange((changed) => {
    if (changed.includes("seq") || (changed.includes("live") && shown?.ending === null)) load();
  });
}

const load = latestOnly(async () => {
  const { seq } = store;
  if (seq === null) {
    shown = null;
    place.replaceChildren(h("p", { class: "empty" }, "Choose a request to see what was sent and answered."));
    return;
  }
  const entry = await journalEntry(seq);
  if (shown && entry && shown.seq === seq && JSON.stringify(shown) === JSON.stringify(entry)) return;
  shown = entry;
  place.replaceChildren(...(entry ? sections(entry) : [h("p", { class: "empty" }, "The journal no longer has this request.")]));
});

function sections(entry) {
  const { request, response } = entry;
  const copied = h("span", { class: "quiet", role: "status" });
  const copy = async () => {
    await copyText(asCurl(entry));
    copied.textContent = "Copied";
  };
  return [
    h("div", { class: "row" },
      h("h2", { class: "mono wrap" }, `${request.method} ${request.path}`),
      h("button", { type: "button", id: "copy-curl", onclick: copy }, "Copy as curl"), copied),
    h("p", { class: "quiet" }, summary(entry)),
    entry.notes.length ? h("p", {}, entry.notes.map((note) => h("span", { class: "badge fault" }, note))) : null,
    h("h3", {}, "Request"), headers(request.headers), body(request),
    h("h3", {}, response ? `Response: HTTP ${response.status}` : "Response"),
    ...(response ? [headers(response.headers), response.events ? stream(entry) : body(response)]
      : [h("p", { class: "quiet" }, entry.ending === null ? "Not yet." : "None: the connection was closed.")]),
  ].filter(Boolean);
}

function summary(entry) {
  const took = entry.ended_at_ms === null ? "still open" : duration(entry.ended_at_ms - entry.at_ms);
  const ending = entry.ending && entry.ending !== "complete" ? `, ${entry.ending}` : "";
  return `No. ${entry.seq}, ${entry.operation}, at ${clockTime(entry.at_ms)}, ${took}${ending}`;
}

function headers(values) {
  const rows = Object.entries(values).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);
  return h("details", {}, h("summary", {}, `${rows.length / 2} headers`), h("dl", { class: "headers mono" }, rows));
}

function body(message) {
  if (message.uploads) {
    return h("ul", {}, message.uploads.map((file) => h("li", {}, `${file.filename}, ${file.size} bytes`)));
  }
  if (message.body_omitted) return h("p", { class: "quiet" }, message.body_omitted);
  const value = message.body ?? message.body_base64;
  if (value === null || value === undefined) {
    return h("p", { class: "quiet" }, message.size ? `${message.size} bytes` : "No body.");
  }
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return h("pre", { tabindex: 0, "aria-label": "Body" }, text + (message.truncated ? "\n…" : ""));
}

function stream(entry) {
  const { events } = entry.response;
  const start = entry.at_ms;
  const end = Math.max(start + 1, entry.ended_at_ms ?? 0, ...events.map((event) => event.at_ms));
  const x = (ms) => 1 + (98 * (ms - start)) / (end - start);
  const marks = events.map((event) => svg("line", {
    x1: `${x(event.at_ms)}%`, x2: `${x(event.at_ms)}%`, y1: 6, y2: 30, class: `event ${kind(event)}`,
  }, svg("title", {}, `${duration(event.at_ms - start)}: ${kind(event)}`)));
  return h("div", { class: "stream" },
    svg("svg", { class: "axis", role: "img", "aria-label": `${events.length} events in ${duration(end - start)}` },
      svg("line", { x1: "1%", x2: "99%", y1: 30, y2: 30, class: "base" }), marks),
    h("div", { class: "ends quiet" }, h("span", {}, "0 s"), h("span", {}, duration(end - start))),
    h("ol", { class: "events" }, events.map((event) => h("li", { class: kind(event) },
      h("span", { class: "mono quiet" }, `+${duration(event.at_ms - start)}`),
      h("span", { class: "badge" }, kind(event).replace("_", " ")), h("span", { class: "wrap" }, words(event))))));
}

function kind(event) {
  if (event.raw !== undefined) return "raw";
  const data = event.data;
  if (data === "" || data === undefined) return "empty";
  if (data.type) return data.type;
  const [part] = data.content?.parts ?? [];
  if (part?.functionCall) return "tool_call";
  return part?.functionResponse ? "tool_result" : part?.text ? "text" : "event";
}

function words(event) {
  if (event.raw !== undefined) return JSON.stringify(event.raw);
  const data = event.data;
  if (typeof data !== "object") return String(data ?? "");
  if (data.type === "text") return data.content;
  return data.type === "heartbeat" ? "" : JSON.stringify(data.args ?? data.result ?? data.content ?? data);
}
