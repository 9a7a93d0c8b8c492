"""The contract suite: judges any client and any server by the protocol's clauses."""
