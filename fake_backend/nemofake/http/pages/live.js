// Follows the event stream of the world, and connects again when it ends.
import { events, get } from "./api.js";
import { store, update } from "./store.js";

const RETRY_MS = 1000;
let knowsStart = false;

export async function follow() {
  const place = document.getElementById("connection");
  for (;;) {
    try {
      for await (const live of events()) {
        show(place, "live", "good");
        await receive(live);
      }
    } catch {
      // Said by the words beside the world's name.
    }
    show(place, "not connected", "bad");
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function receive(live) {
  if (store.live === null) {
    update({ live, startMs: live.clock.now_ms });
  } else if (live.resets !== store.live.resets) {
    knowsStart = false;
    update({ live, atMs: null, seq: null, startMs: live.clock.now_ms });
  } else {
    update({ live });
  }
  if (!knowsStart && live.requests) await findStart();
}

// The scrubber begins at the first request.
async function findStart() {
  const { items: [first] } = await get("/requests", { limit: 1 });
  knowsStart = first !== undefined;
  if (first) update({ startMs: Math.min(store.startMs, first.at_ms) });
}

function show(place, text, tone) {
  if (place.textContent !== text) place.textContent = text;
  place.dataset.tone = tone;
}
