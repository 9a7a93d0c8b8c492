// What the client rules of the contract suite say of the requests so far.
import { get } from "./api.js";
import { h } from "./dom.js";
import { update } from "./store.js";

const place = document.getElementById("panel-findings");

export async function showFindings() {
  const found = await get("/findings");
  document.getElementById("findings-count").textContent = found.items.length ? ` ${found.items.length}` : "";
  if (!found.available) {
    place.replaceChildren(h("p", { class: "empty" }, "The contract suite is not installed: pip install 'nemofake[contract]'"));
    return;
  }
  const text = `${found.judged} requests judged, ${found.items.length || "no"} finding${found.items.length === 1 ? "" : "s"}`;
  place.replaceChildren(h("p", { class: "quiet" }, text), ...found.items.map(card));
}

function card(item) {
  const show = () => {
    location.hash = "request";
    update({ seq: item.seq });
  };
  return h("section", { class: "card finding" },
    h("div", { class: "row" }, h("h3", {}, item.clause),
      h("span", { class: `badge ${item.level === "must" ? "fault" : ""}` }, item.level),
      item.seq === null ? null : h("button", { type: "button", onclick: show }, `Request ${item.seq}`)),
    h("p", {}, h("span", { class: "quiet" }, "Expected: "), item.expected),
    h("p", {}, h("span", { class: "quiet" }, "Seen: "), item.seen));
}
