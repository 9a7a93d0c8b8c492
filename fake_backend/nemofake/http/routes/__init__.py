"""One module per API area: each route parses, calls one engine method, encodes."""
