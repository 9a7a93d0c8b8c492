// A draft as tracks and segments in time.
import { h } from "./dom.js";
import { duration } from "./format.js";

const KINDS = { 0: ["Video", "video"], 1: ["Audio", "audio"], 7: ["Text", "title"] };

export function drawDraft(draft, lengthMs, label) {
  const tracks = draft?.t ?? [];
  if (!tracks.length) return h("p", { class: "quiet" }, `${label}: empty`);
  return h("figure", { class: "draft" },
    h("figcaption", {}, `${label}: ${duration(draft.d)}, ${tracks.length} track${tracks.length === 1 ? "" : "s"}`),
    tracks.map((track) => lane(track, lengthMs)),
    h("div", { class: "ends quiet" }, h("span", {}, "0 s"), h("span", {}, duration(lengthMs))));
}

function lane(track, lengthMs) {
  const [name, tone] = KINDS[track.tt] ?? [`Type ${track.tt}`, "title"];
  return h("div", { class: "lane" },
    h("span", { class: "lane-name" }, track.m?.name || name),
    h("ul", { class: "segments", "aria-label": `${name} segments` }, track.sg.map((one) => segment(one, tone, lengthMs))));
}

function segment(one, tone, lengthMs) {
  const text = one.m?.text ?? one.m?.name ?? "segment";
  const more = [
    one.m?.volume !== undefined && one.m.volume !== 1 && `${Math.round(one.m.volume * 100)}%`, one.m?.speed !== undefined && one.m.speed !== 1 && `${one.m.speed}×`,
    one.m?.look, ...(one.m?.effects ?? []),
  ].filter(Boolean).join(", ");
  const times = `${duration(one.s)} to ${duration(one.s + one.d)}`;
  const element = h("li", { class: `segment ${tone}`, title: `${text}: ${times}${more ? `; ${more}` : ""}` },
    text, more ? h("small", {}, ` ${more}`) : null, h("span", { class: "hidden" }, ` ${times}`));
  element.style.left = `${(100 * one.s) / lengthMs}%`;
  element.style.width = `${Math.max(0.4, (100 * one.d) / lengthMs)}%`;
  return element;
}
