"""Offers: what organizations register, which few fit whom, and why; the customer sees it and has the last word."""
