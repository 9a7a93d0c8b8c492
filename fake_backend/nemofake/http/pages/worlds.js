// The list of worlds; choosing one opens its page.
import { baseUrl, get } from "./api.js";
import { copyText, option } from "./dom.js";
import { onChange, store } from "./store.js";

const select = document.getElementById("world");
const EVERY_MS = 3000;

export function startWorlds() {
  document.getElementById("base-url").textContent = baseUrl;
  document.getElementById("copy-base").addEventListener("click", async (event) => {
    await copyText(baseUrl);
    event.target.textContent = "Copied";
  });
  select.addEventListener("change", () => {
    const name = select.value;
    location.assign(`${name === "default" ? "" : `/w/${encodeURIComponent(name)}`}/__fake__/ui${location.hash}`);
  });
  onChange(showChosen);
  show();
}

function showChosen() {
  if (document.activeElement !== select) select.value = store.live?.world ?? "default";
}

async function show() {
  try {
    const worlds = document.hidden ? null : await get("/worlds");
    const texts = worlds?.map((one) => [one.name, `${one.name} (${one.journal_entries + one.journal_dropped})`]);
    if (texts && document.activeElement !== select && JSON.stringify(texts) !== select.dataset.shown) {
      select.dataset.shown = JSON.stringify(texts);
      select.replaceChildren(...texts.map(([name, text]) => option(name, text, name === store.live?.world)));
    }
  } catch {
    // The words beside the world's name say that the server does not answer.
  }
  setTimeout(show, EVERY_MS);
}
