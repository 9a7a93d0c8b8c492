// Behind --admin-token: the page asks for it once, also after a wrong one, and works then.
import { check, main, sees, step, withPage } from "./browser.mjs";

const token = process.argv[3];

main((url) => withPage(async (page) => {
  const give = async (text) => {
    await page.locator("#token-dialog[open]").waitFor();
    await page.fill("#token-input", text);
    await page.keyboard.press("Enter");
  };
  await step("a wrong token is refused in words", async () => {
    await page.goto(`${url}/__fake__/ui`);
    await give("wrong");
    await sees(page, "#token-error", "does not accept");
  });
  await step("the right one opens everything", async () => {
    await give(token);
    await sees(page, "#connection", "live");
    check(!(await page.content()).includes(token), "the token is on the page");
  });
  await step("it is not asked for again", async () => {
    await page.reload();
    await sees(page, "#connection", "live");
    check(await page.locator("#token-dialog[open]").count() === 0, "the page asks again");
  });
}, { expectsErrors: true }));
