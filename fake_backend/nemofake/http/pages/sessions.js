// Sessions: the draft as tracks, before and after each edit.
import { get } from "./api.js";
import { h, option } from "./dom.js";
import { clockTime, duration } from "./format.js";
import { store } from "./store.js";
import { drawDraft } from "./tracks.js";

const place = document.getElementById("panel-sessions");
let chosen = null;
let edit = null; // time of the chosen edit; null is the newest

export async function showSessions() {
  const sessions = await get("/sessions", { at_ms: store.atMs });
  if (!sessions.length) {
    place.replaceChildren(h("p", { class: "empty" }, "No session yet. A client makes one before it chats."));
    return;
  }
  if (!sessions.some((one) => one.session_id === chosen)) chosen = sessions.at(-1).session_id;
  const detail = await get(`/sessions/${encodeURIComponent(chosen)}`, { at_ms: store.atMs });
  place.replaceChildren(picker(sessions), ...view(detail));
}

function picker(sessions) {
  const select = h("select", {
    id: "session", onchange: (event) => {
      chosen = event.target.value;
      edit = null;
      showSessions();
    },
  }, sessions.map((one) => option(one.session_id, `${one.task_name} · ${one.session_id}`, one.session_id === chosen)));
  return h("div", { class: "row" }, h("label", { for: "session" }, "Session"), select);
}

function view({ session, files, revisions }) {
  const at = edit === null ? revisions.length - 1 : revisions.findIndex((one) => one.at_ms === edit);
  const nth = at < 0 ? revisions.length - 1 : at;
  const after = revisions[nth]?.draft ?? {};
  const before = revisions[nth - 1]?.draft ?? {};
  const lengthMs = Math.max(1, after.d ?? 0, before.d ?? 0);
  const running = session.running_turns ? `, ${session.running_turns} turn at work` : "";
  return [
    h("p", { class: "quiet" }, `Account ${session.user_id}, language ${session.language}${running}`),
    files.length ? h("p", {}, "Files: ", files.map((file) => h("span", { class: "badge" }, `${file.name} · ${duration(file.duration_ms)}`))) : null,
    h("h3", {}, `${revisions.length} edit${revisions.length === 1 ? "" : "s"}`),
    h("div", { class: "row edits", role: "group", "aria-label": "Edits" }, revisions.map((one, position) => h("button", {
      type: "button", "aria-pressed": String(position === nth), onclick: () => {
        edit = one.at_ms;
        showSessions();
      },
    }, `${clockTime(one.at_ms).slice(0, 8)} ${one.edit.replaceAll("_", " ")}`))),
    revisions.length ? drawDraft(before, lengthMs, "Before") : null,
    revisions.length ? drawDraft(after, lengthMs, "After") : h("p", { class: "empty" }, "No edit yet: the draft is empty."),
  ].filter(Boolean);
}
