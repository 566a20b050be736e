"""Messages: what organizations say they send, what anybody may ask of it, and what customers say back."""
