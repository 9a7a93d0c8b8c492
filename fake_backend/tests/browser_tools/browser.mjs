// An installed Chromium, and checks that say in words what they expect.
import { chromium } from "playwright-core";

const TIMEOUT_MS = 10_000;

export async function withPage(work, { expectsErrors = false, ...options } = {}) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
  try {
    const context = await browser.newContext({ viewport: { width: 1360, height: 820 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    const problems = [];
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol.startsWith("http") && hostname !== "127.0.0.1") problems.push(`leaves this machine: ${request.url()}`);
    });
    await work(page, context);
    const unexpected = problems.filter((text) => !(expectsErrors && text.includes("403")));
    if (unexpected.length) throw new Error(`the browser reports: ${unexpected.join("; ")}`);
  } finally {
    await browser.close();
  }
}

export async function step(name, work) {
  try {
    await work();
  } catch (error) {
    throw new Error(`${name}: ${error.message}`);
  }
  console.log(name);
}

export async function sees(page, selector, text) {
  await page.locator(selector).filter({ hasText: text }).first().waitFor({ state: "visible" });
}

export function check(holds, message) {
  if (!holds) throw new Error(message);
}

export function main(work) {
  work(process.argv[2]).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
