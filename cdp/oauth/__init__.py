"""The authorization server's half of the vault: who programs are, what they were given, and the keys that sign it."""
