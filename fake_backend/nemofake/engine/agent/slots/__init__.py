"""Slots: what a clause says about when, which, how much and in which style."""
