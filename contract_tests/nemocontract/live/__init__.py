"""The live service: opt-in, throttled, recorded with masked secrets."""
