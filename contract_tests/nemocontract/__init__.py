"""The contract suite: judges any client and any server by the protocol's clauses."""

from nemocontract.client_adapter import ClientAdapter, ClientConfig, Clock
from nemocontract.results import HarnessError, RunResult, Skipped, Violation

__all__ = ["ClientAdapter", "ClientConfig", "Clock", "HarnessError", "RunResult", "Skipped", "Violation"]
