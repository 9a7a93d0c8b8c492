#!/usr/bin/env node
// A small client without packages: reads the user's lines from stdin, prints what the user reads.
//   nemofake verify --command "node my_client.mjs"
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, openAsBlob, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

const { NEMO_API_URL: API, HOME, SKILL_SOURCE = "unknown", NEMO_WEB_URL: WEB = "https://nemovideo.com" } = process.env;
const SKILL = { "X-Skill-Source": "my-client", "X-Skill-Version": "1.0.0", "X-Skill-Platform": SKILL_SOURCE };
const FORMATS = "mp4, mov, avi, webm, mkv, jpg, png, gif, webp, mp3, wav, m4a, aac";
const REFUSED = {
  1001: "You could not be signed in. Please try again later.", 1002: "The project is gone. Please start again.",
  2001: "Top up credits in your account", 402: "Register or upgrade your plan to unlock export.",
  429: "That is the limit for now. Please come back later.",
  4001: `That file is not supported. Use ${FORMATS}.`, 4002: "That file is too large. Please compress or trim it.",
};
const GUI = /\bclick|\bdrag|\bpanel\b|\bpreview\b|\btimeline below|点击|双击|打开|拖拽|预览|面板|导出/i;
let token = process.env.NEMO_TOKEN ?? "", session = "", user = "";
const say = (text) => process.stdout.write(text + "\n");
class Refused extends Error { constructor(code) { super(REFUSED[code] ?? "The service cannot be reached right now."); this.code = code; } }

function clientId(fresh = false) {
  const file = join(HOME, ".config/nemovideo/client_id");
  if (existsSync(file) && !fresh) return readFileSync(file, "utf8").trim();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, randomUUID());
  return readFileSync(file, "utf8");
}
async function send(method, path, body, headers = {}) {
  const bearer = path.endsWith("/anonymous-token") ? { "X-Client-Id": clientId() } : { Authorization: `Bearer ${token}` };
  const json = body && !(body instanceof FormData);
  return fetch(path.startsWith("http") ? path : API + path, {
    method, redirect: "manual", body: json ? JSON.stringify(body) : body,
    headers: { ...SKILL, ...bearer, ...(json && { "Content-Type": "application/json" }), ...headers },
  });
}
async function meaning(answer) { // the code and data of an answer, whatever its profile
  const told = await answer.json().catch(() => ({ code: answer.ok ? 599 : answer.status }));
  return [told.code ?? (answer.ok ? 0 : answer.status), told.data ?? told];
}
// Makes a request; cures a bad token, a lost session and a rate limit, each once.
async function call(method, path, body, cures = [1001, 1002, 429]) {
  for (let left = cures; ;) {
    const answer = await send(method, path(), body?.(), path() === "/run_sse" ? { Accept: "text/event-stream" } : {});
    if (path() === "/run_sse" && answer.headers.get("content-type")?.startsWith("text/event-stream")) return answer;
    const [code, data] = await meaning(answer);
    if (code === 0) return data;
    if (!left.includes(code)) throw new Refused(code);
    left = left.filter((one) => one !== code);
    if (code === 1001) await signIn();
    if (code === 1002) await begin();
    if (code === 429) { say("It is busy; I try once more in 30 s."); await pause(30_000); }
  }
}
async function signIn() {
  const data = await call("POST", () => "/api/auth/anonymous-token", null, [429]).catch((error) => {
    if (error.code !== 400) throw error;
    clientId(true);
    return call("POST", () => "/api/auth/anonymous-token", null, [429]);
  });
  token = data.token;
}
async function begin() {
  const body = { task_name: "project", language: "en" };
  ({ session_id: session, user_id: user } = await call("POST", () => "/api/tasks/me/with-session/nemo_agent", () => body, [1001, 429]));
}
const state = async () => (await call("GET", () => `/api/state/nemo_agent/me/${session}/latest`)).state ?? {};

const tracks = (seen) => (seen.draft?.t ?? []).map(({ m, sg = [] }, nth) => `${nth + 1}. ${m?.name}: ` + sg.map((part) => {
  const name = part.m?.text ? `"${part.m.text}"` : part.m?.name, end = (part.s + part.d) / 1000;
  const volume = part.m?.volume === undefined || part.m.volume === 1 ? "" : `, ${Math.round(part.m.volume * 100)}%`;
  return `${name} (${part.s / 1000}-${end}s${volume})`;
}).join(", "));
async function* events(answer) { // each event's JSON, in either dialect
  let rest = "";
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split(/\r?\n/);
    rest = lines.pop();
    for (const line of lines) if (line.startsWith("data:") && line.length > 6) yield JSON.parse(line.slice(5));
  }
}
async function chat(line) {
  const before = JSON.stringify(await state()), message = { parts: [{ text: line }] };
  const answer = await call("POST", () => "/run_sse", () => ({ app_name: "nemo_agent", user_id: "me", session_id: session, new_message: message }));
  let text = "", partial = "", open = 0, worked = false, noted = Date.now();
  try {
    for await (const event of events(answer)) {
      if (Date.now() - noted > 120_000) { say("⏳ Still working..."); noted = Date.now(); }
      const parts = event.content?.parts ?? [{ text: event.type === "text" ? event.content : "", functionCall: event.type === "tool_call", functionResponse: event.type === "tool_result" }];
      const said = parts.map((part) => part.text ?? "").join("");
      for (const part of parts) { open += Boolean(part.functionCall) - Boolean(part.functionResponse); worked ||= Boolean(part.functionCall); }
      if (said) noted = Date.now();
      if (event.partial) partial += said;
      text += event.partial || !partial ? said : said.replace(partial, (partial = ""));
    }
  } catch { open = 1; }
  const sentences = text.replace(/\s*I encountered a temporary issue.*$/, "").match(/(?:“[^”]*”|"[^"]*"|[^.!?。！？]|[.!?](?!\s|$))+[.!?。！？]*\s*/g) ?? [];
  const isGui = (sentence) => GUI.test(sentence.replace(/“[^”]*”|"[^"]*"/g, ""));
  if (sentences.some(isGui)) sentences.push(' Say "status" for the tracks, "export" for the film, or tell me what to change.');
  const reply = sentences.filter((sentence) => !isGui(sentence)).join("").trim();
  if (reply) say(reply);
  if (reply && open <= 0) return;
  for (const wait of open > 0 || !worked ? [30, 60, 60, 60, 60] : [0]) { // never sent again: the state tells
    await pause(wait * 1000);
    const after = await state();
    if (JSON.stringify(after) !== before) return say(`This is the project now: ${tracks(after).join(" ") || "empty"}`);
  }
  say("It is over, and nothing in the project changed.");
}
async function exportFilm() {
  const { draft } = await state();
  if (!draft?.t?.some((track) => track.sg?.length)) return say("There is nothing to export yet.");
  for (const again of [true, false]) {
    let id = `render_${Date.now()}_${again}`;
    const submit = () => call("POST", () => "/api/render/proxy/lambda", () => ({ id, sessionId: session, draft, output: { format: "mp4", quality: "high" } }));
    await submit().catch((error) => { if (error.code !== 409) throw error; id += "_2"; return submit(); });
    for (let poll = 0, job = {}; job.status !== "failed"; poll++) {
      if (poll === 10) return say("The film takes longer than usual. Please try again later.");
      await pause(30_000);
      job = await call("GET", () => `/api/render/proxy/lambda/${id}`, null, [1001]);
      if (job.status === "completed") return save(job.output?.url ?? job.outputUrl, join(HOME, `${id}.mp4`));
    }
    if (again) say("That failed; I try once more.");
  }
  say("The film could not be made. Please try again later.");
}
async function save(url, file) {
  const answer = await send("GET", url);
  if (!answer.ok) return say("The film could not be fetched. Please try again later.");
  writeFileSync(file + ".part", Buffer.from(await answer.arrayBuffer()));
  renameSync(file + ".part", file);
  say(`Your film is here: ${basename(file)}`);
}
async function upload(line) {
  const urls = line.match(/https?:\/\/\S+/g), files = line.match(/[^\s/]+\.\w+/g) ?? [], form = new FormData();
  const missing = urls ? undefined : files.find((name) => !existsSync(join(HOME, name)));
  if (missing || !(urls || files.length)) return say(missing ? `There is no file ${missing}.` : "Which file shall I send?");
  if (!urls && files.some((name) => !FORMATS.split(", ").includes(name.split(".").pop().toLowerCase()))) return say(REFUSED[4001]);
  if (!urls && files.some((name) => statSync(join(HOME, name)).size > 500 * 1024 ** 2)) return say(REFUSED[4002]);
  if (!urls) for (const name of files) form.append("files", await openAsBlob(join(HOME, name)), name);
  const told = await call("POST", () => `/api/upload-video/nemo_agent/me/${session}`, () => (urls ? { urls, source_type: "url" } : form));
  say("Uploaded: " + told.files.map((file) => file.filename).join(", "));
}
async function credits() { const told = await call("GET", () => "/api/credits/balance/simple"); say(`${told.available} credits available, ${told.frozen} in use.`); }
async function status() { const told = tracks(await state()); say(told.length ? `Timeline (${told.length} tracks): ${told.join(" ")}` : "The timeline is empty."); }

const ROUTES = [[/\bexport\b|导出|\bdownload\b|send me the video/i, exportFilm], [/\bcredits\b|积分|\bbalance\b|余额/i, credits],
  [/\bupload\b|上传/i, upload], [/\bstatus\b|状态|show tracks/i, status], [/^/, chat]];
for await (const line of createInterface({ input: process.stdin })) {
  if (!line.trim()) continue;
  try {
    if (!session) { say("Connecting..."); if (!token) await signIn(); await begin(); say("Ready."); }
    await ROUTES.find(([words]) => words.test(line.replace(/“[^”]*”|"[^"]*"/g, "")))[1](line);
  } catch (error) {
    const guest = error.code === 2001 && user.startsWith("anon");
    say(guest ? `You have no credits left. Register: ${WEB}/register?bind=${user}` : error instanceof Refused ? error.message : "The service cannot be reached right now.");
  }
}
