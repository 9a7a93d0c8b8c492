"""HTTP: routes, bodies, pacing, and the gateway in front; the only room that knows FastAPI."""
