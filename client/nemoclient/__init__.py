"""The reference client: a thin client of NemoVideo's backend that keeps every obligation."""
