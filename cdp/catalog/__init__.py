"""The catalog: which kinds of data and purposes there are, and what belongs to which.

`files` reads what is shipped. What organizations add to it lives in the database.
"""
