// Faults: the active ones, and a form for a new one with the fields of its kind.
import { change, get } from "./api.js";
import { h, option } from "./dom.js";
import { clearReport, report } from "./store.js";

const form = document.getElementById("fault-form");
const active = document.getElementById("active-faults");
let types = [];

export async function startFaults() {
  types = await get("/fault-types");
  document.getElementById("fault-name").append(...types.map((one) => option(one.name, one.name, one.name === "close")));
  document.getElementById("fault-name").addEventListener("change", showFields);
  document.getElementById("clear-faults").addEventListener("click", () => run(() => change("DELETE", "/faults")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(() => change("POST", "/faults", values()));
  });
  showFields();
}

export async function showFaults() {
  const faults = await get("/faults");
  active.replaceChildren(...faults.map((one) => h("li", { class: "mono wrap" }, JSON.stringify(one))));
  document.getElementById("no-faults").hidden = faults.length > 0;
}

async function run(work) {
  try {
    clearReport();
    await work();
    await showFaults();
  } catch (error) {
    report(error);
  }
}

const chosen = () => types.find((one) => one.name === document.getElementById("fault-name").value);

function showFields() {
  const kind = chosen();
  document.getElementById("fault-description").textContent = kind.description.replaceAll("`", "");
  const operations = document.getElementById("fault-on");
  operations.replaceChildren(...["any", ...kind.operations].map((name) => option(name, name, name === "chat")));
  document.getElementById("fault-fields").replaceChildren(...kind.fields.map(field));
}

function field({ name, type, default: value }) {
  const input = type === "boolean" ? h("input", { type: "checkbox", name, checked: value === true })
    : h("input", { type: type === "number" ? "number" : "text", step: "any", name, value: shown(value, type) });
  return h("label", {}, h("span", {}, name.replaceAll("_", " ")), input);
}

function shown(value, type) {
  if (value === null) return "";
  return type === "json" ? JSON.stringify(value) : value;
}

function values() {
  const rule = { fault: chosen().name, on: document.getElementById("fault-on").value };
  const nth = document.getElementById("fault-nth").value;
  if (nth) rule.nth = Number(nth);
  for (const { name, type, default: usual } of chosen().fields) {
    const input = form.elements.namedItem(name);
    if (type === "boolean") {
      if (input.checked !== (usual === true)) rule[name] = input.checked;
    } else if (input.value !== "" && input.value !== String(shown(usual, type))) {
      rule[name] = type === "number" ? Number(input.value) : type === "json" ? JSON.parse(input.value) : input.value;
    }
  }
  return rule;
}
