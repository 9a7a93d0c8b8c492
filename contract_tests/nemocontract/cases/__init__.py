"""Fixed cases against a server, one module a family of clauses."""
