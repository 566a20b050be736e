"""A PostgreSQL of our own for whoever brings none: its programs, its account, its start and end."""
