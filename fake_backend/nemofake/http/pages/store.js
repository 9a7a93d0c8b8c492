// What all views share: the live state, the moment that is shown, the chosen request; who listens to changes.
const listeners = new Set();

export const store = { live: null, atMs: null, startMs: null, seq: null };

export function onChange(listener) {
  listeners.add(listener);
}

export function update(changes) {
  Object.assign(store, changes);
  for (const listener of listeners) listener(Object.keys(changes));
}

export function momentMs() {
  return store.atMs ?? store.live?.clock.now_ms ?? 0;
}

// Run `work` now, or once more after the run that is going on: never two at a time, the last one counts.
export function latestOnly(work) {
  let running = false;
  let again = false;
  return async () => {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again) {
        again = false;
        await work();
      }
    } catch (error) {
      report(error);
    } finally {
      running = false;
    }
  };
}

export function report(error) {
  if (error?.name === "AbortError") return;
  const place = document.getElementById("message");
  place.textContent = error instanceof Error ? error.message : String(error);
  place.hidden = false;
}

export function clearReport() {
  document.getElementById("message").hidden = true;
}
