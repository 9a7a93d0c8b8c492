"""The code under test: reads NEMO_API_URL, asks for a title, and says what became of it."""

from __future__ import annotations

import os

import httpx


def sign_in(client: httpx.Client) -> None:
    """Get an anonymous token and send it from now on."""
    answer = client.post("/api/auth/anonymous-token", headers={"X-Client-Id": "title-tool"}).json()
    if answer["code"] == 429:
        raise SystemExit("That is the limit for now. Please come back later.")
    client.headers["Authorization"] = f"Bearer {answer['data']['token']}"


def add_title(text: str) -> int:
    """Add a title to a new project and return how many tracks its draft has."""
    with httpx.Client(base_url=os.environ["NEMO_API_URL"], trust_env=False) as client:
        sign_in(client)
        project = {"task_name": "project", "language": "en"}
        made = client.post("/api/tasks/me/with-session/nemo_agent", json=project).json()["data"]
        session = made["session_id"]
        footage = {"urls": ["https://example.com/walk_12s.mp4"], "source_type": "url"}
        client.post(f"/api/upload-video/nemo_agent/me/{session}", json=footage)
        client.post(
            "/run_sse",
            headers={"Accept": "text/event-stream"},
            json={
                "app_name": "nemo_agent",
                "user_id": "me",
                "session_id": session,
                "new_message": {"parts": [{"text": f'add the title "{text}"'}]},
            },
        )
        state = client.get(f"/api/state/nemo_agent/me/{session}/latest").json()["data"]["state"]
        return len(state["draft"]["t"])
