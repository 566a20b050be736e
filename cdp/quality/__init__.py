"""How right an organization's data are: what is missing, conflicting, stale, disputed, corrected or verified."""
