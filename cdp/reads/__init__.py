"""What organizations read of customers: profiles, batches, exports and look-ups, each gated and logged."""
