"""Everything that needs a secret: the key ring, sealing, blind indexes, pairwise ids, tokens and scope seals.

Pure Python and files: nothing here knows the database or HTTP.
"""
