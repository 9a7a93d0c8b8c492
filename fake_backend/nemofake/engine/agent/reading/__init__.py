"""Words, figures and times: a message as a row of items that mean something."""
