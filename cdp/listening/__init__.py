"""Service that listens: what an organization asks after a conversation, what customers answer, and the figures."""
