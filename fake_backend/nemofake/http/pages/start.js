// The first page: health, and copying the base URL.
import { copyText } from "./dom.js";

const root = document.body.dataset.root;
const health = document.getElementById("health");

async function checkHealth() {
  try {
    const answer = await fetch(`${root}/__fake__/health`);
    health.textContent = answer.ok ? "answering" : `HTTP ${answer.status}`;
    health.className = answer.ok ? "ok" : "not-ok";
  } catch {
    health.textContent = "no answer";
    health.className = "not-ok";
  }
}

document.getElementById("copy").addEventListener("click", async () => {
  await copyText(document.getElementById("base-url").textContent);
  document.getElementById("copied").textContent = "Copied";
});
checkHealth();
