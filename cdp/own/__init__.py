"""What customers have here: their dossier, what they say of themselves, and who looked at it."""
