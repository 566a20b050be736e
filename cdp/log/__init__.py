"""The two transparency logs: from a fact in the database to a signed checkpoint.

Triggers put every act, link, erasure and access into an outbox, in the transaction of the fact. The one active
sequencer takes it from there, gives it a place in a chain and an index, and commits leaf and opening; then the signer,
which remembers outside the database what it signed, signs the checkpoint.
"""
