// Engine times and figures as people read them.
export function clockTime(ms) {
  return new Date(ms).toISOString().slice(11, 23);
}

export function dateTime(ms) {
  return new Date(ms).toISOString().replace("T", " ").slice(0, 19);
}

export function duration(ms) {
  if (ms === null || ms === undefined) return "open";
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${trim(ms / 1000)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
  if (ms < 86_400_000) return `${trim(ms / 3_600_000)} h`;
  return `${trim(ms / 86_400_000)} d`;
}

function trim(number) {
  return String(Math.round(number * 10) / 10);
}

export function status(item) {
  if (item.status === null) return item.ending === null ? "…" : "cut";
  return item.code ? `${item.status} · ${item.code}` : String(item.status);
}

export function tone(item) {
  if (item.ending === "cut" || item.status === null || item.status >= 400 || item.code) {
    return item.ending === null ? "open" : "bad";
  }
  return item.ending === "client-gone" ? "warn" : "good";
}
