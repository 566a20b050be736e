"""Is this real: senders that organizations publish, messages that they register, and what anybody may ask of them."""
