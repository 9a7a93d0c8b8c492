// A request as a command that can be pasted; secrets are placeholders, as the journal masks them.
import { baseUrl } from "./api.js";

const LEFT_OUT = new Set(["host", "content-length", "accept-encoding", "connection", "user-agent", "transfer-encoding"]);

export function asCurl({ request }) {
  const parts = ["curl", "-sS", "-X", request.method, quoted(baseUrl + request.path)];
  for (const [name, value] of Object.entries(request.headers)) {
    if (!LEFT_OUT.has(name)) parts.push("-H", name === "authorization" ? bearer() : quoted(`${name}: ${value}`));
  }
  if (request.uploads) return [...parts, ...request.uploads.flatMap((file) => ["-F", quoted(`files=@${file.filename}`)])].join(" ");
  if (request.body !== null && request.body !== undefined) {
    const body = typeof request.body === "string" ? request.body : JSON.stringify(request.body);
    parts.push("--data-raw", quoted(body));
  }
  return parts.join(" ");
}

function bearer() {
  return '"authorization: Bearer $NEMO_TOKEN"';
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
