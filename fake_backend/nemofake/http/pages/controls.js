// Scenario, reset, and files to keep: everything that changes or saves the world.
import { blob, change, get } from "./api.js";
import { h } from "./dom.js";
import { showFaults, startFaults } from "./faults.js";
import { clearReport, onChange, report, store } from "./store.js";

const byId = (id) => document.getElementById(id);
let known = [];

export async function startControls() {
  byId("scenario-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = byId("scenario-name").value.trim();
    run(() => change("PUT", "/scenario", { name, reset: byId("scenario-reset").checked }));
  });
  byId("scenario-name").addEventListener("input", describe);
  byId("reset").addEventListener("click", () => run(() => change("POST", "/reset")));
  for (const button of document.querySelectorAll("[data-export]")) {
    button.addEventListener("click", () => run(() => download(button)));
  }
  onChange(() => {
    byId("active-scenario").textContent = store.live?.scenario ?? "";
  });
  known = await get("/scenarios");
  byId("scenario-names").append(...known.map((one) => h("option", { value: one.name }, one.title)));
  await startFaults();
}

export const showControls = showFaults;

function describe() {
  const found = known.find((one) => one.name === byId("scenario-name").value.trim());
  byId("scenario-title").textContent = found ? `${found.title} (${found.clauses.join(", ")})` : "";
}

async function download(button) {
  const { save } = await import("./dom.js");
  save(await blob(button.dataset.export), `nemofake-${store.live.world}${button.dataset.ending}`);
}

async function run(work) {
  try {
    clearReport();
    await work();
  } catch (error) {
    report(error);
  }
}
