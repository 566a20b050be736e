"""Who is there: how customers come in, and how they prove who they are and what is theirs."""
