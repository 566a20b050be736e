"""What customers have here: their dossier, what they say of themselves, who looked, and all of it to take along."""
