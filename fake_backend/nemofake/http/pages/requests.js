// The list of requests: pages from the server, and elements for the visible rows only.
import { get } from "./api.js";
import { h } from "./dom.js";
import { clockTime, duration, status, tone } from "./format.js";
import { latestOnly, onChange, store, update } from "./store.js";

const ROW = 30;
const MARGIN = 15;
const list = document.getElementById("request-list");
const space = document.getElementById("request-space");
const filter = document.getElementById("request-filter");
const count = document.getElementById("request-count");
let page = { total: 0, offset: 0, dropped: 0, items: [] };
let active = null; // position of the row that the keyboard is at
let follows = true; // stays at the newest row until the user scrolls up

export function startRequests() {
  list.addEventListener("scroll", () => {
    follows = list.scrollTop + list.clientHeight >= list.scrollHeight - ROW;
    render();
    load();
  }, { passive: true });
  list.addEventListener("keydown", onKey);
  let typing = 0;
  filter.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      active = null;
      follows = true;
      load();
    }, 120);
  });
  new ResizeObserver(() => load()).observe(list);
  onChange((changed) => {
    if (changed.some((name) => ["live", "atMs"].includes(name))) load();
    if (changed.includes("seq")) render();
  });
}

const visible = () => ({
  first: Math.max(0, Math.floor(list.scrollTop / ROW) - MARGIN),
  rows: Math.ceil(list.clientHeight / ROW) + 2 * MARGIN,
});

const load = latestOnly(async () => {
  const { rows } = visible();
  const query = { text: filter.value.trim(), at_ms: store.atMs, limit: Math.min(500, rows) };
  let offset = follows ? Math.max(0, page.total - rows) : visible().first;
  page = await get("/requests", { ...query, offset });
  if (follows && page.total > offset + rows) {
    offset = page.total - rows;
    page = await get("/requests", { ...query, offset });
  }
  space.style.height = `${page.total * ROW}px`;
  if (follows) list.scrollTop = page.total * ROW;
  const dropped = page.dropped ? `, ${page.dropped} older dropped` : "";
  count.textContent = `${page.total} request${page.total === 1 ? "" : "s"}${dropped}`;
  render();
});

function render() {
  space.replaceChildren(...page.items.map((item, nth) => row(item, page.offset + nth)));
  const chosen = page.items.findIndex((item) => item.seq === store.seq);
  if (chosen >= 0) list.setAttribute("aria-activedescendant", `request-${store.seq}`);
  else list.removeAttribute("aria-activedescendant");
  document.getElementById("no-requests").hidden = page.total > 0;
}

function row(item, position) {
  const element = h("div", {
    role: "option", id: `request-${item.seq}`, class: "request", "aria-selected": String(item.seq === store.seq),
    "aria-setsize": page.total, "aria-posinset": position + 1, "data-tone": tone(item),
    onclick: () => choose(position, item.seq),
  },
  h("span", { class: "time mono" }, clockTime(item.at_ms).slice(0, 8)),
  h("span", { class: "method mono" }, item.method),
  h("span", { class: "path mono", title: item.path }, item.path),
  h("span", { class: "badges" },
    item.scenario && h("span", { class: "badge scenario" }, item.scenario),
    item.faults.map((fault) => h("span", { class: "badge fault", title: fault }, fault))),
  h("span", { class: "status mono" }, status(item)),
  h("span", { class: "duration mono" }, duration(item.duration_ms)));
  element.style.top = `${position * ROW}px`;
  return element;
}

function choose(position, seq) {
  active = position;
  update({ seq });
}

function onKey(event) {
  const rows = Math.max(1, Math.floor(list.clientHeight / ROW) - 1);
  const now = active ?? page.total;
  const moves = {
    ArrowUp: now - 1, ArrowDown: now + 1, PageUp: now - rows, PageDown: now + rows, Home: 0, End: page.total - 1,
  };
  if (!(event.key in moves) || !page.total) return;
  event.preventDefault();
  active = Math.min(page.total - 1, Math.max(0, moves[event.key]));
  reveal(active);
}

async function reveal(position) {
  const top = position * ROW;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
  let item = page.items[position - page.offset];
  if (!item) {
    const one = await get("/requests", {
      text: filter.value.trim(), at_ms: store.atMs, offset: position, limit: 1,
    });
    [item] = one.items;
  }
  if (item && active === position) update({ seq: item.seq });
}
