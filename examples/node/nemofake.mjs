// Starts a fake for node's test runner: const server = await start(); after(() => server.stop());
// NEMOFAKE names the command if it is not on the PATH.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export async function start(...options) {
  const command = process.env.NEMOFAKE ?? "nemofake";
  const words = ["serve", "--port", "0", "--log-format", "none", ...options];
  const child = spawn(command, words, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const url = line.split(" ").at(-1);
  return {
    url,
    world: (name) => world(`${url}/w/${name}`),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

// One isolated backend; names are free, so give each test its own.
function world(url) {
  const control = async (path, method = "GET", body) => {
    const answer = await fetch(`${url}/__fake__${path}`, { method, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.json();
  };
  return {
    url,
    calls: async (operation) => (await control("/journal")).filter((call) => call.operation === operation),
    scenario: (name) => control("/scenario", "PUT", { name }),
    fault: (fault, fields) => control("/faults", "POST", { fault, ...fields }),
    trigger: (on, action, fields) => control("/triggers", "POST", { on, do: action, ...fields }),
    advance: (seconds) => control("/clock/advance", "POST", { seconds }),
  };
}
