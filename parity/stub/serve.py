"""Serve the stub agents from google-adk's own API server on a free port of 127.0.0.1; print the address.

As ``adk api_server`` does it, but for the port, which the system chooses, and for the command's usage
metrics, which are the command's alone: nothing here leaves the machine.
"""

from __future__ import annotations

import socket
import sys

import uvicorn
from google.adk.cli.fast_api import get_fast_api_app

from .agents import Agents

HOST = "127.0.0.1"


def main(folder: str) -> None:
    """Serve until the process is terminated; ``folder`` is an empty one that the server may use."""
    # With the protocol named asyncio turns Nagle's algorithm off, as it does on sockets of its own.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as line:
        line.bind((HOST, 0))
        line.listen()
        port = line.getsockname()[1]
        app = get_fast_api_app(
            agents_dir=folder,
            agent_loader=Agents(),
            session_service_uri="memory://",
            artifact_service_uri="memory://",
            web=False,
            host=HOST,
            bind_host=HOST,
            port=port,
        )
        print(f"http://{HOST}:{port}", flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[line])


if __name__ == "__main__":
    main(sys.argv[1])
