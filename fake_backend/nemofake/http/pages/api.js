// The control API of this page's world: JSON, files, and the live event stream.
import { askToken, storedToken } from "./token.js";

export const root = location.pathname.replace(/\/__fake__\/ui.*$/, "");
export const baseUrl = location.origin + root;
const base = `${root}/__fake__`;

async function send(path, options = {}) {
  for (;;) {
    const token = storedToken();
    const headers = token ? { "X-Admin-Token": token } : {};
    const answer = await fetch(base + path, { ...options, headers, cache: "no-store" });
    if (answer.status !== 403) return answer;
    const message = (await answer.json().catch(() => ({}))).message ?? "";
    if (!message.includes("X-Admin-Token")) throw new Error(message || "HTTP 403");
    await askToken(Boolean(token), token);
  }
}

export async function get(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== "");
  return data(await send(path + (given.length ? `?${new URLSearchParams(given)}` : "")));
}

export async function change(method, path, body) {
  return data(await send(path, { method, body: body === undefined ? undefined : JSON.stringify(body) }));
}

export async function blob(path) {
  const answer = await send(path);
  if (!answer.ok) throw new Error((await answer.json()).message);
  return answer.blob();
}

export async function journalEntry(seq) {
  const answer = await send(`/journal?after=${seq - 1}&limit=1`);
  return (await answer.json()).find((entry) => entry.seq === seq) ?? null;
}

async function data(answer) {
  const envelope = await answer.json();
  if (envelope.code !== 0) throw new Error(envelope.message);
  return envelope.data;
}

export async function* events(signal) {
  const answer = await send("/events", { signal });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const frames = (buffer + value).split("\n\n");
    buffer = frames.pop();
    const last = frames.filter((frame) => frame.startsWith("data: ")).pop();
    if (last) yield JSON.parse(last.slice(6));
  }
}
