"""The law: which acts add up to which permission, and which decision follows. Pure."""
