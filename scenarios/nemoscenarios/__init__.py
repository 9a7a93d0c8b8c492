"""Stories of edge cases as data: one YAML file per scenario, and the loader."""
