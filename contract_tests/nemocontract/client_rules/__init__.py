"""The judge: small rules, named by clause, over what a client sent and what its user read."""
