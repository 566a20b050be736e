"""What organizations read of customers: profiles, batches, exports, look-ups, cards, each gated and logged."""
