"""Rules: of which incoming records an organization is told at once, and how it may then approach the customer."""
