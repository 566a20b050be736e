"""What the pages show: one frozen dataclass for each template, made by pure functions from what the vault says."""
