// Render jobs with their progress; the video of a completed one plays here.
import { blob, get } from "./api.js";
import { h } from "./dom.js";
import { clockTime, duration } from "./format.js";
import { report, store } from "./store.js";

const place = document.getElementById("panel-exports");
const rows = new Map(); // by render id, so that a playing video stays while the list changes

export async function showRenders() {
  const jobs = await get("/renders", { at_ms: store.atMs });
  for (const id of rows.keys()) if (!jobs.some((job) => key(job) === id)) rows.delete(id);
  if (!jobs.length) {
    place.replaceChildren(h("p", { class: "empty" }, "No export yet."));
    return;
  }
  const elements = jobs.toReversed().map(row);
  if (elements.length !== place.children.length || elements.some((one, nth) => one !== place.children[nth])) {
    place.replaceChildren(...elements);
  }
}

const key = (job) => `${job.render_id} ${job.created_at_ms}`;

function row(job) {
  let known = rows.get(key(job));
  if (!known) {
    known = create(job);
    rows.set(key(job), known);
  }
  known.bar.value = job.progress;
  known.state.textContent = `${job.state}, ${job.progress}%`;
  known.state.dataset.tone = { completed: "good", failed: "bad", cancelled: "warn" }[job.state] ?? "open";
  known.play.hidden = job.video === null || known.player.hasChildNodes();
  known.video = job.video;
  return known.element;
}

function create(job) {
  const known = { bar: h("progress", { max: 100, "aria-label": `Progress of ${job.render_id}` }), state: h("strong", { class: "tone" }), player: h("div", {}) };
  known.play = h("button", { type: "button", onclick: () => play(known) }, "Play the video");
  known.element = h("section", { class: "card job" },
    h("h3", { class: "mono wrap" }, job.render_id),
    h("p", { class: "quiet" }, `Submitted at ${clockTime(job.created_at_ms)}, ${duration(job.duration_ms)} of video`),
    h("div", { class: "row" }, known.bar, known.state, known.play), known.player);
  return known;
}

async function play(known) {
  known.play.disabled = true;
  try {
    const url = URL.createObjectURL(await blob(`/videos/${encodeURIComponent(known.video)}`));
    const video = h("video", { controls: true, muted: true, src: url, "aria-label": "Exported video" });
    known.player.replaceChildren(video);
    known.play.hidden = true;
    await video.play().catch(() => undefined); // a browser may want a click first
  } catch (error) {
    report(error);
  } finally {
    known.play.disabled = false;
  }
}
