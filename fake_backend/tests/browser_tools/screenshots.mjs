// The two pictures of the README: the first page, and the dashboard in the middle of a project.
import { Client } from "./client.mjs";
import { main, sees, withPage } from "./browser.mjs";

const folder = process.argv[3];

async function project(url) {
  const client = new Client(url);
  await client.control("PUT", "clock", { mode: "auto" });
  await client.connect("city film");
  await client.upload("https://example.com/city_18s.mp4", "https://example.com/walk_12s.mp4");
  await client.chat("trim the first 2 seconds and add the title \"Urban Dreams\"");
  await client.chat("add lo-fi background music at 35%");
  await client.control("POST", "faults", { fault: "close", after_events: 2, on: "chat", nth: 1 });
  await client.chat("speed up the video by 1.5x");
  await client.json("GET", "/api/credits/balance/simple");
  await client.submit("render_1767225900");
  await client.finish("render_1767225900");
  return client;
}

main(async (url) => {
  const world = `${url}/w/city-film`;
  await project(world);
  await withPage(async (page) => {
    await page.goto(`${world}/`);
    await sees(page, "#health", "answering");
    await page.screenshot({ path: `${folder}/start.png` });
  }, { colorScheme: "light", viewport: { width: 1200, height: 760 } });
  await withPage(async (page) => {
    await page.goto(`${world}/__fake__/ui#sessions`);
    await sees(page, "#panel-sessions", "After");
    await sees(page, "#request-count", "requests");
    await page.screenshot({ path: `${folder}/dashboard.png` });
    if (!process.env.ALL_VIEWS) return;
    const shot = async (name, look) => {
      await look();
      await page.waitForTimeout(400);
      await page.screenshot({ path: `${folder}/view-${name}.png` });
    };
    await shot("request", async () => {
      await page.locator(".request", { hasText: "/run_sse" }).first().click();
    });
    for (const tab of ["credits", "exports", "findings", "control"]) await shot(tab, () => page.click(`#tab-${tab}`));
    await page.goto(`${world}/docs`);
    await page.waitForTimeout(2500);
    await page.screenshot({ path: `${folder}/view-docs.png` });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${world}/__fake__/ui#sessions`);
    await shot("phone", async () => sees(page, "#panel-sessions", "After"));
  }, { colorScheme: "dark" });
});
