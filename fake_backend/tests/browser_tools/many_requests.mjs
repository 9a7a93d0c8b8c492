// 10,000 requests in the journal: few elements, quick answers, and every row within reach.
import { check, main, sees, step, withPage } from "./browser.mjs";

const MOST_ROWS = 120;

main((url) => withPage(async (page) => {
  await page.goto(`${url}/__fake__/ui`);
  await step("the newest of 10,000 requests is in view", async () => {
    await sees(page, "#request-count", "10000 requests");
    await page.locator("#request-10000").waitFor();
    check(await page.locator(".request").count() <= MOST_ROWS, "every row is an element");
  });
  await step("the list scrolls to any place", async () => {
    for (const [share, seq] of [[0, 1], [0.5, 5000], [1, 10_000]]) {
      await page.evaluate((at) => {
        const list = document.getElementById("request-list");
        list.scrollTop = (list.scrollHeight - list.clientHeight) * at;
      }, share);
      await page.locator(`#request-${seq}`).waitFor();
    }
  });
  await step("the keyboard goes to the first and the last", async () => {
    await page.focus("#request-list");
    await page.keyboard.press("Home");
    await page.locator('#request-1[aria-selected="true"]').waitFor();
    await page.keyboard.press("End");
    await page.locator('#request-10000[aria-selected="true"]').waitFor();
  });
  await step("a filter is answered by the server", async () => {
    await page.fill("#request-filter", "POST token.issue");
    await sees(page, "#request-count", "1 request");
  });
}));
