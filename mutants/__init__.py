"""How much a verdict of the contract suite is worth: bugs put in on purpose, one clause each.

``python -m mutants`` breaks the fake and the reference client in many small ways, runs the suite against
each and prints which of them it noticed.
"""
