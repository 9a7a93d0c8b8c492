// axe-core on every view, in light and dark and at phone width.
import axe from "axe-core";
import { check, main, sees, step, withPage } from "./browser.mjs";
import { Client } from "./client.mjs";

const SERIOUS = new Set(["serious", "critical"]);
const TABS = ["request", "sessions", "credits", "exports", "findings", "control"];
const LOOKS = [
  ["light", { colorScheme: "light" }], ["dark", { colorScheme: "dark" }],
  ["phone", { colorScheme: "light", viewport: { width: 390, height: 844 } }],
];

async function audit(page, name) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.filter((one) => SERIOUS.has(one.impact)).map((one) => `${one.id} at ${one.nodes[0].target}: ${one.nodes[0].failureSummary}`);
  check(found.length === 0, `${name}: ${found.join("; ")}`);
}

main(async (url) => {
  const client = new Client(url);
  await client.connect();
  await client.upload("https://example.com/walk_12s.mp4");
  await client.chat('trim the first 2 seconds and add the title "Hello"');
  await client.control("POST", "faults", { fault: "close", after_events: 2, on: "chat", nth: 1 });
  await client.chat("add lo-fi background music at 35%");
  await client.submit("render_1");
  for (const [look, options] of LOOKS) {
    await withPage(async (page) => {
      await page.goto(`${url}/`);
      await sees(page, "#health", "answering");
      await audit(page, `start, ${look}`);
      await page.goto(`${url}/__fake__/ui`);
      await page.locator(".request", { hasText: "/run_sse" }).first().click();
      for (const tab of TABS) {
        await step(`${tab}, ${look}`, async () => {
          await page.click(`#tab-${tab}`);
          await page.waitForFunction((name) => document.getElementById(`panel-${name}`).childElementCount > 0, tab);
          await audit(page, tab);
          const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
          check(width[0] <= width[1], `wider than the window: ${width}`);
        });
      }
    // A policy that refuses inline scripts refuses the audit's too; the journey runs under it.
    }, { ...options, bypassCSP: true });
  }
});
