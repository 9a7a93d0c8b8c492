"""Items to instructions: what a message asks for, with every detail it gives."""
