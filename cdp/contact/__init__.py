"""Contact: what customers wish, whether they may be approached, and what was sent to them."""
