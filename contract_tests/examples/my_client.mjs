// A small client without packages: takes the user's lines from stdin, prints what the user reads.
//   nemofake verify --command "node $PWD/my_client.mjs"
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, openAsBlob, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

const { NEMO_API_URL: API, NEMO_WEB_URL: WEB = "https://nemovideo.com", HOME, SKILL_SOURCE } = process.env;
const SKILL = {
  "X-Skill-Source": "my-client",
  "X-Skill-Version": "1.0.0",
  "X-Skill-Platform": SKILL_SOURCE ?? "unknown",
};
const FORMATS = "mp4 mov avi webm mkv jpg png gif webp mp3 wav m4a aac";
const UNREACHED = "The service cannot be reached right now. Please try again later.";
const REFUSED = {
  1001: "You could not be signed in. Please try again later.",
  1002: "The project is gone. Please start again.",
  2001: "Top up credits in your account",
  4001: `That file is not supported. Use one of: ${FORMATS}`,
  4002: "That file is too large. Please compress or trim it.",
  402: "Register or upgrade your plan to unlock export.",
  429: "That is the limit for now. Please come back later.",
};
const GUI = /\bclick|\bdrag|\bpanel\b|\bpreview\b|点击|双击|打开|拖拽|预览|面板|导出/i;
const SENTENCE = /(?:“[^”]*”|"[^"]*"|[^.!?。！？]|[.!?](?!\s|$))+[.!?。！？]*\s*/g;
const QUOTED = /“[^”]*”|"[^"]*"/g;
let token = process.env.NEMO_TOKEN ?? "";
let session = "";
let user = "";
const say = (text) => process.stdout.write(`${text}\n`);

class Refused extends Error {
  constructor(code) {
    super(REFUSED[code] ?? UNREACHED);
    this.code = code;
  }
}

function clientId(fresh = false) {
  const file = join(HOME, ".config/nemovideo/client_id");
  if (fresh || !existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, randomUUID());
  }
  return readFileSync(file, "utf8").trim();
}

function send(method, path, body, signal) {
  const form = body instanceof FormData;
  const headers = { ...SKILL, Accept: path === "/run_sse" ? "text/event-stream" : "application/json" };
  if (path === "/api/auth/anonymous-token") headers["X-Client-Id"] = clientId();
  else headers.Authorization = `Bearer ${token}`;
  if (body && !form) headers["Content-Type"] = "application/json";
  const packed = form || !body ? body : JSON.stringify(body);
  return fetch(API + path, { method, headers, body: packed, redirect: "manual", signal });
}

// Makes a request; cures a bad token, a lost session and a rate limit, each once. Path and body are functions,
// since a new session changes both.
async function call(method, path, body, cures = [1001, 1002, 429], signal = undefined) {
  const left = new Set(cures);
  for (;;) {
    const answer = await send(method, path(), body?.(), signal);
    if (answer.headers.get("content-type")?.startsWith("text/event-stream")) return answer;
    const told = await answer.json().catch(() => ({ code: answer.ok ? 599 : answer.status }));
    const code = told.code ?? (answer.ok ? 0 : answer.status);
    if (code === 0) return told.data ?? told;
    if (!left.delete(code)) throw new Refused(code);
    if (code === 1001) await signIn();
    if (code === 1002) await begin();
    if (code === 429) {
      say("It is busy; I try once more in 30 s.");
      await pause(30_000);
    }
  }
}

async function signIn() {
  const ask = () => call("POST", () => "/api/auth/anonymous-token", null, [429]);
  const made = await ask().catch((error) => {
    if (error.code !== 400) throw error;
    clientId(true); // it was not taken: another one, once
    return ask();
  });
  token = made.token;
}

async function begin() {
  const body = () => ({ task_name: "project", language: "en" });
  const made = await call("POST", () => "/api/tasks/me/with-session/nemo_agent", body, [1001, 429]);
  [session, user] = [made.session_id, made.user_id];
}

const state = async () => (await call("GET", () => `/api/state/nemo_agent/me/${session}/latest`)).state ?? {};

function segment({ s, d, m = {} }) {
  const volume = (m.volume ?? 1) === 1 ? "" : `, ${Math.round(m.volume * 100)}%`;
  return `${m.text ? `"${m.text}"` : m.name} (${s / 1000}-${(s + d) / 1000}s${volume})`;
}
const labels = ({ draft }) => (draft?.t ?? []).flatMap(({ sg = [] }) => sg.map(({ m = {} }) => m.text ?? m.name));
const tracks = ({ draft }) =>
  (draft?.t ?? []).map(({ m, sg = [] }, nth) => `${nth + 1}. ${m?.name}: ${sg.map(segment).join(", ")}`);

// Each event of a stream, in either dialect, as { text, partial, calls, results }; null for a sign of life.
async function* events(answer) {
  let [rest, data] = ["", []];
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data:")) data.push(line.slice(5));
      if (line) continue; // an event may have several lines, and ends with an empty one
      yield event(data.join("\n"));
      data = [];
    }
  }
}

function event(data) {
  let told = null;
  try { told = JSON.parse(data); } catch { return null; }
  const parts = told.content?.parts ?? [{ text: told.type === "text" ? told.content : "" }];
  return {
    text: parts.map((part) => part.text ?? "").join(""),
    partial: told.partial === true,
    calls: parts.filter((part) => part.functionCall).length + (told.type === "tool_call"),
    results: parts.filter((part) => part.functionResponse).length + (told.type === "tool_result"),
  };
}

// Ends a stream after 15 min, after 10 of heartbeats alone, and where nothing came for two.
function patience(controller) {
  const since = { start: Date.now(), work: Date.now(), life: Date.now() };
  const over = (name, minutes) => Date.now() - since[name] >= minutes * 60_000;
  const look = () => (over("start", 15) || over("work", 10) || over("life", 2)) && controller.abort();
  const timer = setInterval(look, 2_000);
  return { saw: (name) => { since[name] = Date.now(); }, end: () => clearInterval(timer) };
}

async function hear(ask) {
  const heard = { text: "", partial: "", calls: 0, results: 0, broken: false };
  const controller = new AbortController();
  const patient = patience(controller);
  const timer = setInterval(() => say("⏳ Still working..."), 120_000);
  try {
    for await (const event of events(await ask(controller.signal))) {
      patient.saw("life");
      if (!event) continue;
      if (event.text || event.calls || event.results) patient.saw("work");
      heard.calls += event.calls;
      heard.results += event.results;
      if (event.text) timer.refresh();
      if (event.partial) heard.partial += event.text;
      else if (event.text) {
        heard.text += event.text; // the whole once more, after its pieces
        heard.partial = "";
      }
    }
  } catch (error) {
    if (error instanceof Refused) throw error;
    heard.broken = true; // or it never began: nobody knows whether the message was taken
  } finally {
    clearInterval(timer);
    patient.end();
  }
  heard.text += heard.partial;
  heard.broken ||= heard.calls > heard.results || heard.partial !== "";
  return heard;
}

// A reply without talk of a screen: what its sentences say of buttons, the user can say in words here.
function spoken(text) {
  const proper = text.replace(/\s*I encountered a temporary issue[^\n]*$/, "");
  const sentences = proper.match(SENTENCE) ?? [];
  const kept = sentences.filter((sentence) => !GUI.test(sentence.replace(QUOTED, "")));
  const hint = 'Say "status" for the tracks, "export" for the film, or what to change.';
  return [kept.join("").trim(), kept.length < sentences.length ? hint : ""].filter(Boolean).join("\n");
}

async function chat(line) {
  const before = await state();
  const message = { app_name: "nemo_agent", user_id: "me", new_message: { parts: [{ text: line }] } };
  const body = () => ({ ...message, session_id: session });
  const heard = await hear((signal) => call("POST", () => "/run_sse", body, undefined, signal));
  const reply = spoken(heard.text);
  if (reply) say(reply);
  if (reply && !heard.broken) return;
  const done = heard.calls > 0 && !heard.broken; // closed without a word: what changed is seen at once
  for (const wait of done ? [0] : [30, 60, 60, 60, 60]) {
    await pause(wait * 1000); // the message is never sent again
    const after = await state();
    if (JSON.stringify(after) === JSON.stringify(before)) continue;
    const gone = labels(before).filter((label) => !labels(after).includes(label));
    if (gone.length) say(`Removed: ${gone.join(", ")}`);
    return say(`This is the project now: ${tracks(after).join(" ") || "it is empty"}`);
  }
  say("It is over, and nothing in the project changed.");
}

async function exportFilm() {
  const { draft } = await state();
  if (!draft?.t?.some((track) => track.sg?.length)) return say("There is nothing to export yet.");
  const output = { format: "mp4", quality: "high" };
  for (let attempt = 1; attempt <= 2; attempt++) {
    let id = "";
    const body = () => ({ id, sessionId: session, draft, output });
    const submit = () => {
      id = `render_${randomUUID()}`;
      return call("POST", () => "/api/render/proxy/lambda", body);
    };
    await submit().catch((error) => (error.code === 409 ? submit() : Promise.reject(error)));
    let job = {};
    for (let poll = 1; job.status !== "failed"; poll++) {
      if (poll > 10) return say("The film takes longer than usual. Please try again later.");
      await pause(30_000);
      job = await call("GET", () => `/api/render/proxy/lambda/${id}`, null, [1001, 429]);
      if (job.status === "completed") return save(job.output?.url ?? job.outputUrl, join(HOME, `${id}.mp4`));
    }
    if (attempt === 1) say("That failed; I try once more.");
  }
  say("The film could not be made. Please try again later.");
}

async function save(url, file) {
  const answer = await fetch(url, { headers: SKILL }); // this address needs no token
  const film = Buffer.from(await answer.arrayBuffer());
  const size = Number(answer.headers.get("content-length") ?? film.length);
  if (!answer.ok || !film.length || film.length < size) {
    return say("The film could not be fetched. Please try again later.");
  }
  writeFileSync(`${file}.part`, film);
  renameSync(`${file}.part`, file);
  say(`Your film is here: ${basename(file)}`);
}

async function upload(line) {
  const urls = line.match(/https?:\/\/\S+/g);
  const names = urls ? [] : (line.match(/[^\s/]+\.\w+/g) ?? []);
  const missing = names.find((name) => !existsSync(join(HOME, name)));
  if (missing) return say(`There is no file ${missing}.`);
  if (!urls && !names.length) return say("Which file shall I send?");
  const supported = (name) => FORMATS.split(" ").includes(extname(name).slice(1).toLowerCase());
  if (!names.every(supported)) throw new Refused(4001);
  if (names.some((name) => statSync(join(HOME, name)).size > 500 * 1024 ** 2)) throw new Refused(4002);
  const form = new FormData();
  for (const name of names) form.append("files", await openAsBlob(join(HOME, name)), name);
  const body = () => (urls ? { urls, source_type: "url" } : form);
  const { files = [] } = await call("POST", () => `/api/upload-video/nemo_agent/me/${session}`, body);
  say(`Uploaded: ${files.map((file) => file.filename).join(", ")}`);
}

async function credits() {
  const told = await call("GET", () => "/api/credits/balance/simple");
  say(`${told.available} credits available, ${told.frozen} in use.`);
}

async function status() {
  const told = tracks(await state());
  say(told.length ? `Timeline (${told.length} tracks): ${told.join(" ")}` : "The timeline is empty.");
}

const ROUTES = [
  [/\bexport\b|导出|\bdownload\b|send me the video/i, exportFilm],
  [/\bcredits\b|积分|\bbalance\b|余额/i, credits],
  [/\bupload\b|上传/i, upload],
  [/\bstatus\b|状态|show tracks/i, status],
  [/^/, chat],
];

async function answer(line) {
  if (!session) {
    say("Connecting...");
    if (!token) await signIn();
    await begin();
    say("Ready.");
  }
  const [, flow] = ROUTES.find(([words]) => words.test(line.replace(QUOTED, "")));
  await flow(line);
}

for await (const line of createInterface({ input: process.stdin })) {
  if (!line.trim()) continue;
  await answer(line).catch((error) => {
    const guest = error.code === 2001 && user.startsWith("anon");
    const known = error instanceof Refused ? error.message : UNREACHED;
    say(guest ? `You have no credits left. Register: ${WEB}/register?bind=${user}` : known);
  });
}
