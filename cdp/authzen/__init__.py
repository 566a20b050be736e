"""The decision point: whether a profile may be read, told to whoever enforces it before a call (AuthZEN 1.0)."""
