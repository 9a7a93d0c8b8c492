// The demo journey with the dashboard open: each step is done by a client, then seen on the page.
import { check, main, sees, step, withPage } from "./browser.mjs";
import { Client } from "./client.mjs";

const TITLE = "<script>document.title='run'</script>";

main((url) => withPage(async (page, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const client = new Client(url);
  const row = (text) => page.locator(".request", { hasText: text });
  const tab = (name) => page.click(`#tab-${name}`);

  await step("the first page says that the server answers and gives its base URL", async () => {
    await page.goto(`${url}/`);
    await sees(page, "#health", "answering");
    check(await page.textContent("#base-url") === url, "the base URL is another one");
  });
  await step("the dashboard connects to the event stream", async () => {
    await page.click("text=Dashboard");
    await sees(page, "#connection", "live");
    await sees(page, "#no-requests", "No request");
  });
  await step("a token and a session appear without a reload", async () => {
    await client.connect(TITLE);
    await row("/api/auth/anonymous-token").waitFor();
    await sees(page, "#request-count", "2 requests");
  });
  await step("a title with a script is shown as text", async () => {
    await tab("sessions");
    await sees(page, "#panel-sessions option", TITLE).catch(() => undefined);
    check((await page.textContent("#session")).includes(TITLE), "the title is not on the page");
    check(await page.title() === "nemofake dashboard", "the script has run");
  });
  await step("uploaded footage is listed", async () => {
    await client.upload("https://example.com/walk_12s.mp4");
    await sees(page, "#panel-sessions", "walk_12s.mp4");
  });
  let chat;
  await step("a running turn shows its open request and frozen credits", async () => {
    await page.selectOption("#clock-mode", "manual");
    await sees(page, "#clock-pause[aria-pressed=true]", "Pause");
    chat = client.chat(`trim the first 2 seconds and add the title "${TITLE}"`);
    await row("/run_sse").filter({ hasText: "open" }).waitFor();
    await tab("credits");
    await sees(page, ".figure.frozen", "50");
  });
  await step("the clock moves by a button, and the turn ends", async () => {
    await page.click("text=+30 s");
    await chat;
    await row("/run_sse").filter({ hasText: "200" }).waitFor();
    await sees(page, ".figure.consumed", "50");
    await sees(page, ".figure.frozen", "0");
  });
  await step("the draft is drawn before and after the edit", async () => {
    await tab("sessions");
    await sees(page, ".draft figcaption", "Before: 10 s");
    await sees(page, ".draft figcaption", "After: 10 s");
    await sees(page, ".segment.title", TITLE);
  });
  await step("the scrubber shows the project before the edit", async () => {
    await page.locator("#scrubber").focus();
    await page.keyboard.press("Home");
    await sees(page, "#moment", "ago");
    await sees(page, "#panel-sessions", "0 edits");
    await page.click("#back-to-live");
    await sees(page, "#panel-sessions", "2 edits");
  });
  await step("a request opens with its events on a time axis, secrets masked", async () => {
    await row("/run_sse").click();
    await sees(page, "#panel-request .events li.tool_result", "success");
    await page.locator(".axis line.event").first().waitFor({ state: "attached" });
    await page.click("#panel-request summary >> nth=0");
    await sees(page, "dl.headers", "nmv_usr_***");
    check(!(await page.content()).includes(client.token), "the token is on the page");
  });
  await step("a request is copied as curl without its token", async () => {
    await page.click("#copy-curl");
    await sees(page, "#panel-request [role=status]", "Copied");
    const command = await page.evaluate(() => navigator.clipboard.readText());
    check(command.startsWith(`curl -sS -X POST '${url}/run_sse'`), command);
    check(command.includes('"authorization: Bearer $NEMO_TOKEN"'), command);
  });
  await step("a fault is added, strikes, and marks its request", async () => {
    await tab("control");
    await page.selectOption("#fault-name", "proxy_error");
    await page.selectOption("#fault-on", "credits");
    await page.click("text=Add the fault");
    await sees(page, "#active-faults", '"fault":"proxy_error"');
    await client.json("GET", "/api/credits/balance/simple").catch(() => undefined);
    await row("/api/credits/balance/simple").filter({ has: page.locator(".badge.fault") }).waitFor();
    await page.click("text=Clear all faults");
    await page.locator("#no-faults").waitFor();
  });
  await step("the filter and the keyboard find requests", async () => {
    await page.fill("#request-filter", "chat 200");
    await sees(page, "#request-count", "1 request");
    await page.fill("#request-filter", "");
    await sees(page, "#request-count", "5 requests");
    await page.focus("#request-list");
    await page.keyboard.press("Home");
    await sees(page, "#panel-request h2", "POST /api/auth/anonymous-token");
    await page.keyboard.press("ArrowDown");
    await sees(page, "#panel-request h2", "POST /api/tasks/me/with-session/nemo_agent");
  });
  await step("an export shows its progress, and its video plays", async () => {
    await tab("exports");
    await client.submit("render_1");
    await sees(page, "#panel-exports .job", "pending");
    await page.click("text=+30 s");
    await sees(page, "#panel-exports .job", "processing");
    await page.click("text=+10 min");
    await sees(page, "#panel-exports .job", "completed, 100%");
    await page.click("text=Play the video");
    await page.waitForFunction(() => document.querySelector("video")?.readyState >= 2);
    check(Math.abs(await page.evaluate(() => document.querySelector("video").duration) - 10) < 0.2, "the video has another length");
  });
  await step("the judge reports what the client has not kept", async () => {
    await tab("findings");
    await sees(page, ".finding h3", "C-ATT-1");
  });
  await step("a HAR is downloaded", async () => {
    await tab("control");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Export HAR")]);
    check(download.suggestedFilename().endsWith(".har"), download.suggestedFilename());
  });
  await step("a scenario is activated, and the world begins anew", async () => {
    await page.fill("#scenario-name", "credits-none-anonymous");
    await sees(page, "#scenario-title", "CRE-4");
    await page.click("text=Activate");
    await sees(page, "#active-scenario", "credits-none-anonymous");
    await sees(page, "#request-count", "0 requests");
  });
}));
