"""The vault: dossiers, grants and keys in PostgreSQL. It knows no HTTP."""
