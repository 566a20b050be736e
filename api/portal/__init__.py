"""mijn.klant: the pages on which customers see, decide and stop."""
