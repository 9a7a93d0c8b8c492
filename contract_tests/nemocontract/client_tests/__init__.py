"""Scenarios as client tests of any client: the user's lines said, the journal and the words judged."""
