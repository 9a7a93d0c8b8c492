// A small client of the fake, for the traffic that the pages show.
import { setTimeout as pause } from "node:timers/promises";

export class Client {
  constructor(url, clientId = "4f1d09c6-a2b8-4e53-91f0-c9a8b7e6d5c4") {
    this.url = url;
    this.clientId = clientId;
  }

  async json(method, path, body, headers = {}) {
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body ? { "content-type": "application/json" } : {}),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    return answer.json();
  }

  control(method, path, body) {
    return this.json(method, `/__fake__/${path}`, body);
  }

  async connect(taskName = "project") {
    const issued = await this.json("POST", "/api/auth/anonymous-token", undefined, { "x-client-id": this.clientId });
    this.token = issued.data.token;
    const made = await this.json("POST", "/api/tasks/me/with-session/nemo_agent", { task_name: taskName, language: "en" });
    this.sessionId = made.data.session_id;
  }

  upload(...urls) {
    return this.json("POST", `/api/upload-video/nemo_agent/me/${this.sessionId}`, { urls, source_type: "url" });
  }

  async chat(text) {
    const answer = await fetch(`${this.url}/run_sse`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({
        app_name: "nemo_agent", user_id: "me", session_id: this.sessionId, new_message: { parts: [{ text }] },
      }),
    });
    return answer.text().catch(() => "");
  }

  async draft() {
    const state = await this.json("GET", `/api/state/nemo_agent/me/${this.sessionId}/latest`);
    return state.data.state.draft;
  }

  async submit(id) {
    return this.json("POST", "/api/render/proxy/lambda", { id, sessionId: this.sessionId, draft: await this.draft() }, {
      "x-skill-source": "nemofake-pages", "x-skill-version": "1.0.0", "x-skill-platform": "unknown",
    });
  }

  poll(id) {
    return this.json("GET", `/api/render/proxy/lambda/${id}`);
  }

  async finish(id) {
    for (let poll = 0; poll < 20; poll += 1) {
      const job = await this.poll(id);
      if (["completed", "failed"].includes(job.status)) return job;
      await pause(0);
    }
    throw new Error(`${id} does not end`);
  }
}
