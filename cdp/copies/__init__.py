"""What a customer takes along: everything that is held about them, and what happened to it, as files."""
