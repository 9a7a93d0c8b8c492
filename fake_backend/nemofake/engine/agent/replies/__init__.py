"""What the agent says, in English and Chinese."""
