"""Who is the same person: what is compared, how it weighs, what follows. The pure half knows no database."""
