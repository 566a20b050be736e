"""The office of an organization: who administers it, its employees, and the card that one sees of a customer."""
