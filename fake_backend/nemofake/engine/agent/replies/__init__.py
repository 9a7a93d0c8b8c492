"""What the agent answers, in English and Chinese."""
