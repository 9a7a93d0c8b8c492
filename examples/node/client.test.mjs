// node --test examples/node/client.test.mjs
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./nemofake.mjs";

let server;
before(async () => (server = await start("--seed", "7")));
after(() => server.stop());

// The code under test.
async function signIn(api) {
  const answer = await fetch(`${api}/api/auth/anonymous-token`, {
    method: "POST",
    headers: { "X-Client-Id": "node-example" },
  });
  const { code, data } = await answer.json();
  if (code !== 0) throw new Error(`code ${code}`);
  return data.credits;
}

test("an anonymous account has 100 credits", async () => {
  const world = server.world("credits");
  assert.equal(await signIn(world.url), 100);
  assert.equal((await world.calls("token.issue")).length, 1);
});

test("the rate limit is an error", async () => {
  const world = server.world("rate-limit");
  await world.trigger("token.issue", "refuse", { code: 429 });
  await assert.rejects(signIn(world.url), /code 429/);
});
