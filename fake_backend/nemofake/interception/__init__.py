"""Runs any command with the production host answered by a fake: certificates, proxy, environment, processes."""
