"""Room for the contract suite, which will judge any client and any server by the protocol's clauses."""
